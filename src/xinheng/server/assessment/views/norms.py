"""Pages of industry norms: the list, loading a file, building from our own book."""

import csv
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xinheng.engine.identity.industries import IndustryLevel, industries
from xinheng.intake import FileError
from xinheng.intake.norms import KIND, template_rows
from xinheng.server.accounts.language import reader_language
from xinheng.server.accounts.permissions import may, may_required
from xinheng.server.assessment.models import IndustryNorm, NormLoad
from xinheng.server.assessment.norms import comparable_ratios, group_label, norms_listed, norms_policy
from xinheng.server.assessment.services.norms import NormsRefused, norms_load, norms_rebuild_later, refused_rows
from xinheng.server.customers.choices import SizeClass

PAGE_ROWS = 50
FILTERS = ("ratio", "section", "size_class", "origin")
_MOST_SHOWN = 100


def norms(request: HttpRequest, refused: dict[str, Any] | None = None) -> HttpResponse:
    language = reader_language()
    ratios = comparable_ratios()
    chosen = {name: request.GET.get(name, "") for name in FILTERS}
    chosen["size_class"] = chosen["size_class"].removesuffix("all")
    asked = chosen | {"size_class": chosen["size_class"] or "all"}
    page = Paginator(norms_listed(asked), PAGE_ROWS).get_page(request.GET.get("page"))
    rows = [
        {"norm": norm, "group": group_label(norm.industry, norm.size_class, language),
         "ratio": ratios.get(norm.ratio), "label": _label(ratios.get(norm.ratio), norm.ratio, language),
         "source": _("own book") if norm.origin == NormLoad.From.BOOK else norm.source}
        for norm in page
    ]  # fmt: skip
    left = request.GET.copy()
    left.pop("page", None)
    context = {
        "rows": rows,
        "page": page,
        "chosen": chosen,
        "is_filtered": any(chosen.values()),
        "any_kept": bool(rows) or IndustryNorm.objects.exists(),
        "query": left.urlencode(),
        "ratios": [(ratio.id, _label(ratio, ratio.id, language)) for ratio in ratios.values()],
        "sections": [(found.code, getattr(found, language)) for found in industries(IndustryLevel.SECTION)],
        "sizes": SizeClass.choices,
        "origins": NormLoad.From.choices,
        "policy": norms_policy(language),
        "loads": _newest_loads(),
        "may_load": may(request.user, "norms.load"),
        "refused": refused,
    }
    return render(request, "assessment/norms.html", context, status=400 if refused else 200)


def _label(ratio: Any, key: str, language: str) -> str:
    return f"{ratio.code} {getattr(ratio, language)}".strip() if ratio else key


@contextmanager
def _on_disk(upload: UploadedFile) -> Iterator[Path]:
    """The upload as a file for the guards of the intake, under a name of ours; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="xinheng-norms-") as folder:
        path = Path(folder) / "norms"
        with path.open("xb") as stream:
            for block in upload.chunks():
                stream.write(block)
        yield path


def _newest_loads() -> list[NormLoad]:
    """The newest build, and the loads that norms on the page still come from."""
    kept = IndustryNorm.objects.order_by().values("source", "period").annotate(newest=Max("load")).values("newest")
    return list(NormLoad.objects.filter(pk__in=kept).select_related("made_by").order_by("-pk")[:10])


@require_POST
@may_required("norms.load")
def load(request: HttpRequest) -> HttpResponse:
    upload = request.FILES.get("file")
    if upload is None:
        return norms(request, refused={"cause": _("No file was chosen."), "rows": []})
    language = reader_language()
    try:
        with _on_disk(upload) as path:
            made = norms_load(path=path, name=upload.name or "", actor=request.user)
    except NormsRefused as error:
        labels = {column.key: column.label(language) for column in KIND.columns}
        shown = [
            {"error": row, "column": labels.get(row.column, ""), "why": row.message(language),
             "accepted": row.accepted(language)}
            for row in refused_rows(error)[:_MOST_SHOWN]
        ]  # fmt: skip
        return norms(request, refused={"cause": error.message(language), "rows": shown})
    except FileError as error:
        return norms(request, refused={"cause": error.message(language), "rows": []})
    messages.success(request, _("%(count)d norms were loaded.") % {"count": made.norms.count()})
    return redirect("assessment:norms")


@require_POST
@may_required("norms.load")
def rebuild(request: HttpRequest) -> HttpResponse:
    norms_rebuild_later()
    messages.success(request, _("The norms of our own book are being built; this takes moments to minutes."))
    return redirect("assessment:norms")


def form(request: HttpRequest) -> HttpResponse:
    """An empty table to fill in, with one line for each ratio."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(template_rows(comparable_ratios().values()))
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="industry-norms.csv"'
    return response
