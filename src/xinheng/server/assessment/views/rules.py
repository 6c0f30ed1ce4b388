"""The rules, to be read. A rule is linked as `reverse("assessment:rule_document", args=["ratios"])` + "#" + its id."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from xinheng.server.accounts.language import reader_language
from xinheng.server.assessment.services import (
    assessor,
)


def rules(request: HttpRequest) -> HttpResponse:
    runner = assessor()
    language = reader_language()
    documents = [
        {"name": name, "title": heading.get(language, name), "heading": heading,
         "text": runner.rules.documents[name]}
        for name, heading in runner.rules.headings.items()
    ]  # fmt: skip
    models = [
        {"model": model, "label": getattr(model, language), "use": getattr(model, f"limits_of_use_{language}")}
        for model in runner.models()
    ]
    context = {"documents": documents, "models": models, "hash": runner.rules.hash}
    return render(request, "assessment/rules.html", context)


def document(request: HttpRequest, document: str) -> HttpResponse:
    runner = assessor()
    name = f"{document}.toml"
    if name not in runner.rules.documents:
        raise Http404
    heading = runner.rules.headings[name]
    forms = [form for form in runner.rules.forms.values() if runner.rules.document_of(form.id) == name]
    context = {"slug": document, "heading": heading, "forms": forms, "text": runner.rules.documents[name]}
    return render(request, "assessment/rules_document.html", context)


def download(request: HttpRequest, document: str) -> HttpResponse:
    """The document as it is in force, byte for byte."""
    name = f"{document}.toml"
    text = assessor().rules.documents.get(name)
    if text is None:
        raise Http404
    response = HttpResponse(text, content_type="application/toml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
