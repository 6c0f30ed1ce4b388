"""Pages of imports: list, upload, columns, the run with its progress."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xinheng import intake
from xinheng.engine.notation import AmountUnit
from xinheng.intake import reports
from xinheng.intake.templates import template_workbook
from xinheng.server.accounts.language import reader_language, told
from xinheng.server.events.selectors import timeline
from xinheng.server.exchange.choices import AT_WORK, Kind, State
from xinheng.server.exchange.forms import StartForm, UploadForm, mapping_from
from xinheng.server.exchange.models import ImportRun
from xinheng.server.exchange.opening import run_table
from xinheng.server.exchange.previews import heads, preview
from xinheng.server.exchange.refusals import refusals_of
from xinheng.server.exchange.selectors import imports_visible, kinds_for
from xinheng.server.exchange.services import (
    import_cancel,
    import_map,
    import_resume,
    import_start,
    import_upload,
    is_silent,
    is_waiting,
)

#: errors that a workbook report holds; more go to the CSV, which is written while it is read
MOST_IN_WORKBOOK = 20_000
_PER_PAGE = 50
#: where on the way from file to book a run stands
STEPS = {State.DRAFT: "columns", State.VALIDATING: "check", State.PREVIEW: "check"}


def run_of(request: HttpRequest, pk: int) -> ImportRun:
    return get_object_or_404(imports_visible(request.user).select_related("started_by"), pk=pk)


@require_GET
def import_list(request: HttpRequest) -> HttpResponse:
    found = Paginator(imports_visible(request.user).select_related("started_by").order_by("-pk"), _PER_PAGE)
    context = {"page": found.get_page(request.GET.get("page")), "may_import": bool(kinds_for(request.user))}
    return render(request, "exchange/list.html", context)


def import_new(request: HttpRequest) -> HttpResponse:
    kinds = kinds_for(request.user)
    if not kinds:
        raise PermissionDenied(_("Your roles do not import this kind of data."))
    form = UploadForm(request.POST or None, request.FILES or None, kinds=kinds)
    if request.method == "POST" and form.is_valid():
        try:
            run = import_upload(kind=form.cleaned_data["kind"], upload=form.cleaned_data["file"], actor=request.user)
        except intake.FileError as error:
            form.add_error("file", told(error))
        else:
            return redirect("exchange:columns", pk=run.pk)
    status = 400 if form.errors else 200
    return render(
        request, "exchange/upload.html", {"form": form, "kinds": [intake.kind(kind) for kind in kinds]}, status=status
    )


@require_GET
def template_download(request: HttpRequest, kind: str) -> HttpResponse:
    if kind not in Kind.values:
        raise Http404
    content = template_workbook(intake.kind(kind), reader_language())
    response = HttpResponse(content, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    response["Content-Disposition"] = f'attachment; filename="{kind}.xlsx"'
    return response


def import_columns(request: HttpRequest, pk: int) -> HttpResponse:
    run = run_of(request, pk)
    if run.state not in (State.DRAFT, State.PREVIEW) or run.kind not in kinds_for(request.user):
        return redirect("exchange:detail", pk=pk)
    problem, status = "", 200
    mapping = intake.Mapping.from_json(run.mapping)
    if request.method == "POST":
        try:
            mapping = mapping_from(request.POST, len(run.headers))
            import_map(run=run, mapping=mapping, actor=request.user)
        except intake.FileError as error:
            problem, status = told(error), 400
        except ValueError:
            problem, status = _("Each column can be given once."), 400
        except ValidationError as error:
            problem, status = " ".join(error.messages), 409
        else:
            return redirect("exchange:detail", pk=pk)
    table = run_table(run)
    context = {
        "run": run,
        "heads": heads(run, table, mapping),
        "columns": [(column, column.label(reader_language())) for column in run.definition.columns],
        "units": [unit.value for unit in AmountUnit],
        "problem": problem,
        **_preview(run, mapping, request),
    }
    return render(request, "exchange/columns.html", context, status=status)


@require_POST
def columns_preview(request: HttpRequest, pk: int) -> HttpResponse:
    run = run_of(request, pk)
    try:
        mapping = mapping_from(request.POST, len(run.headers))
    except ValueError:
        return render(request, "exchange/_preview.html", {"missing": _("Each column can be given once.")})
    return render(request, "exchange/_preview.html", _preview(run, mapping, request))


def _preview(run: ImportRun, mapping: intake.Mapping, request: HttpRequest) -> dict[str, Any]:
    try:
        return {"preview": preview(run, mapping, reader_language(), request.user)}
    except intake.FileError as error:
        return {"missing": told(error)}
    except ValueError:
        return {"missing": _("The columns do not fit the file.")}


@require_GET
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    run = run_of(request, pk)
    mine = run.kind in kinds_for(request.user)
    silent = run.state in AT_WORK and is_silent(run) and not is_waiting(run)
    context = {
        "run": run,
        "start": StartForm(initial={"policy": "good_rows" if run.errors else "all_or_nothing"}),
        "refusals": [_shown(run, row) for row in run.refusals.all()],
        "may_act": mine,
        "may_cancel": mine and run.state in (State.DRAFT, State.PREVIEW, *AT_WORK),
        "may_resume": mine and (run.state in (State.FAILED, State.CANCELLED) or silent),
        "failure": run.failure_text(reader_language()),
        "silent": silent,
        "step": STEPS.get(State(run.state), "import"),
        "timeline": timeline(run),
        "in_workbook": run.errors <= MOST_IN_WORKBOOK,
    }
    return render(request, "exchange/detail.html", context)


@require_GET
def import_status(request: HttpRequest, pk: int) -> HttpResponse:
    """The progress, asked for every second while the worker is at it; when it is over, the page is loaded anew."""
    run = run_of(request, pk)
    response = render(request, "exchange/_status.html", {"run": run})
    if not run.at_work:
        response["HX-Refresh"] = "true"
    return response


@require_POST
def import_begin(request: HttpRequest, pk: int) -> HttpResponse:
    run_of(request, pk)
    form = StartForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose how to go on."))
        return redirect("exchange:detail", pk=pk)
    return _act(request, pk, import_start, **form.cleaned_data)


@require_POST
def import_stop(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, import_cancel)


@require_POST
def import_go_on(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, import_resume)


def _act(request: HttpRequest, pk: int, act: Callable[..., ImportRun], **given: Any) -> HttpResponse:
    run = run_of(request, pk)
    try:
        act(run=run, actor=request.user, **given)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("exchange:detail", pk=pk)


@require_GET
def report_download(request: HttpRequest, pk: int, form: str) -> HttpResponseBase:
    """Every error of the run, as csv (any number) or xlsx (up to `MOST_IN_WORKBOOK`)."""
    run = run_of(request, pk)
    if form == "csv":
        lines = reports.csv_lines(refusals_of(run), run.definition, reader_language())
        response: HttpResponseBase = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="import-{run.pk}-errors.csv"'
        return response
    if form != "xlsx" or run.errors > MOST_IN_WORKBOOK:
        raise Http404
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "errors.xlsx")
        reports.write_xlsx(path, refusals_of(run), run.definition, reader_language())
        # The open file outlives its name.
        return FileResponse(path.open("rb"), as_attachment=True, filename=f"import-{run.pk}-errors.xlsx")


def _shown(run: ImportRun, row: Any) -> dict[str, str]:
    error = intake.RowError(row.row, row.column, row.value, row.code, row.zh, row.en, row.accepted_zh, row.accepted_en)
    number, column, value, problem, accepted, _code = reports.report_line(error, run.definition, reader_language())
    return {"row": number, "column": column, "value": value, "problem": problem, "accepted": accepted}
