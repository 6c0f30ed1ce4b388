"""The rules, to be read. A rule is linked as `reverse("assessment:rule_document", args=["ratios"])` + "#" + its id."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from xinheng.server.accounts.language import reader_language
from xinheng.server.assessment.rulebook import SUFFIX, RuleReader, gate_assessor, runner_of
from xinheng.server.assessment.services import assessor


def rules(request: HttpRequest) -> HttpResponse:
    language = reader_language()
    sets = [
        {
            "documents": RuleReader(runner, language).documents(),
            "hash": runner.rules.hash,
            "gate": runner is not assessor(),
        }
        for runner in (assessor(), gate_assessor())
    ]
    return render(request, "assessment/rules.html", {"sets": sets, "hash": assessor().rules.hash})


def document(request: HttpRequest, document: str) -> HttpResponse:
    runner = runner_of(document)
    if runner is None:
        raise Http404
    reader, name = RuleReader(runner, reader_language()), document + SUFFIX
    told = next(row for row in reader.documents() if row["slug"] == document)
    context = told | {
        "sections": reader.sections(name),
        "parameters": reader.parameters(name),
        "worked": reader.examples(name),
        "hash": runner.rules.hash,
        "text": runner.rules.documents[name],
        "siblings": reader.documents(),
    }
    return render(request, "assessment/rules_document.html", context)


def download(request: HttpRequest, document: str) -> HttpResponse:
    """The document as it is in force, byte for byte."""
    runner, name = runner_of(document), document + SUFFIX
    if runner is None:
        raise Http404
    response = HttpResponse(runner.rules.documents[name], content_type="application/toml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
