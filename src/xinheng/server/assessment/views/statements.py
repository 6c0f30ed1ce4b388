"""Pages of a customer's statements."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from xinheng.engine.statements import LINES, check
from xinheng.server.accounts.language import reader_language
from xinheng.server.assessment.models import Statement
from xinheng.server.customers.page import page_context
from xinheng.server.customers.selectors import customers_visible


def statements(request: HttpRequest, pk: int) -> HttpResponse:
    customer = get_object_or_404(customers_visible(request.user), pk=pk)
    kept = list(Statement.objects.filter(customer=customer).order_by("-period_end", "-version")[:4])
    engine = [statement.as_engine() for statement in kept]
    language = reader_language()
    rows = []
    for line in LINES.values():
        amounts = [statement.lines.get(line.code) for statement in engine]
        if any(amount is not None for amount in amounts):
            rows.append({"line": line, "label": getattr(line, language), "amounts": amounts})
    findings = [
        {"statement": kept[i], "text": getattr(finding, language), "finding": finding}
        for i in range(len(engine))
        for finding in check(engine[i], engine[i + 1] if i + 1 < len(engine) else None)
    ]
    context = page_context(customer, "statements") | {"kept": kept, "rows": rows, "findings": findings}
    return render(request, "assessment/statements.html", context)
