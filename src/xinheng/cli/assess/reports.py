"""From the papers of a company to its report."""

import datetime as dt

from xinheng.documents import Report, Subject, report
from xinheng.engine.assessment import Assessor
from xinheng.engine.identity import industry
from xinheng.engine.profile import Profile, profile_facts
from xinheng.engine.receivables import behaviour_facts
from xinheng.engine.statements import Severity, check, statement_facts
from xinheng.intake.papers import Papers, newest_first

_PERIODS = 3


def report_of(runner: Assessor, papers: Papers, day: dt.date, *, payments_kept: bool) -> Report:
    """Assess one company from what its files say; statements that end after the day are unseen.

    Args:
        payments_kept: whether the files hold payments of any company; without any, what was paid is unknown.
    """
    statements = [statement for statement in newest_first(papers) if statement.period_end <= day][:_PERIODS]
    file = papers.file
    profile = Profile(
        industry_code=file.get("industry_code") or "",
        founded_on=file.get("founded_on"),
        customer_since=file.get("customer_since"),
        registered_capital=file.get("registered_capital"),
        employees=file.get("employees"),
    )
    facts = dict(statement_facts(statements, day)) | profile_facts(profile, statements, day)
    facts |= behaviour_facts(papers.invoices, papers.allocations, day, payments_kept=payments_kept)
    answer = runner.one({name: value for name, value in facts.items() if value is not None})
    findings = check(statements[0], statements[1] if len(statements) > 1 else None) if statements else []
    subject = Subject(
        name=papers.name,
        reference=str(file.get("number") or ""),
        identifier=str(file.get("uscc") or file.get("identifier") or ""),
        industry=_industry(profile.industry_code),
        size_class=str(answer.facts.get("size_class") or ""),
        periods=tuple(statement.period_end for statement in statements),
        invoices=sum(1 for invoice in papers.invoices if invoice[1] <= day),
        payments=sum(1 for payment in papers.allocations if payment[2] <= day),
    )
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    return report(runner, answer, subject, day, errors)


def _industry(code: str) -> tuple[str, str]:
    if not code:
        return "", ""
    found = industry(code)
    return f"{found.code} {found.zh}", f"{found.code} {found.en}"
