"""The rules, to be read."""

from django.http import HttpRequest, HttpResponse
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
