"""What the customer's own room says on its page: changes as sentences, and what the file lacks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from xinheng.engine import identity
from xinheng.server.accounts.language import reader_language
from xinheng.server.customers.choices import IdentifierKind, SizeClass
from xinheng.server.customers.models import Customer
from xinheng.server.customers.page import Missing
from xinheng.server.customers.places import industry_name, region_name
from xinheng.server.events.selectors import timeline

_SHOWN = 3


def changes_told(data: Mapping[str, Any]) -> str:
    """ "File changed: employees 120 → 150"; of many fields only the first are told with their values."""
    parts = [
        f"{_label(name)} {shown(name, change.get('old'))} → {shown(name, change.get('new'))}"
        for name, change in data.items()
        if isinstance(change, Mapping)
    ]
    if not parts:
        return _("File changed")
    more = _(" and %(count)d more") % {"count": len(parts) - _SHOWN} if len(parts) > _SHOWN else ""
    return _("File changed: %(changes)s") % {"changes": _("; ").join(parts[:_SHOWN]) + more}


def size_change_told(data: Mapping[str, Any]) -> str:
    words = {**dict(SizeClass.choices), "": "—"}
    old, new = (words.get(data[side], "—") for side in ("old", "new"))
    return _("Size class %(old)s → %(new)s") % {"old": old, "new": new}


def shown(name: str, value: Any) -> str:
    """A kept value of a field as a person reads it."""
    if value in (None, ""):
        return "—"
    if name == "industry_code":
        return industry_name(str(value))
    if name == "region_code":
        return region_name(str(value))
    field = Customer._meta.get_field(name)
    return str(dict(field.flatchoices).get(value, value))


def _label(name: str) -> str:
    try:
        return str(Customer._meta.get_field(name).verbose_name)
    except LookupError:
        return name


def missing_of_file(customer: Customer) -> list[Missing]:
    """What the file lacks, each with the place to enter it."""
    profile, edit = (reverse(f"customers:{page}", args=[customer.pk]) for page in ("profile", "edit"))
    found = []
    if not any(one.kind == IdentifierKind.USCC for one in customer.identifiers.all()) and customer.kind != "foreign":
        note = _("Without it, nobody can be sure who the customer is.")
        found.append(Missing(_("Social credit code"), note, f"{profile}#identifiers"))
    if not customer.industry_code:
        note = _("Without it there is no size class and no comparison with the industry.")
        found.append(Missing(_("Industry"), note, edit))
    elif customer.size_status == "missing_input":
        lacking = [words for name, words in size_inputs().items() if name in customer.size_inputs.get("missing", ())]
        url = edit if "employees" in customer.size_inputs.get("missing", ()) else ""
        found.append(Missing(_("Size class"), _("It needs: %(inputs)s.") % {"inputs": _(", ").join(lacking)}, url))
    if not customer.contacts.all():
        found.append(Missing(_("Contact"), _("Nobody is named whom to call."), f"{profile}#contacts"))
    return found


def identifier_rows(customer: Customer) -> list[dict[str, Any]]:
    """The codes of a file, each with what its check says today."""
    language = reader_language()
    rows = []
    for one in customer.identifiers.all():
        checked = identity.check(one.kind, one.value)
        notes = [problem.message(language) for problem in (*checked.errors, *checked.warnings)]
        state = "stop" if not checked.ok else "watch" if notes else "pass"
        word = {"stop": _("Wrong"), "watch": _("Cannot be proved"), "pass": _("Checked")}[state]
        rows.append({"identifier": one, "state": state, "word": word, "notes": notes})
    return rows


def size_told(customer: Customer) -> dict[str, Any]:
    """How the size class was come by: each input with the class that it alone gives, the rule, and what is missing."""
    kept, words = customer.size_inputs or {}, size_inputs()
    classes = dict(SizeClass.choices)
    single = kept.get("by_indicator", {})
    rows = [
        {"name": name, "label": words[name], "value": kept.get(name), "alone": classes.get(single[name], "")}
        for name in ("employees", "revenue", "total_assets")
        if name in single
    ]
    reason = {
        "": _("The class was not told yet."),
        "not_applicable": _("The rules of 2017 do not cover this industry."),
        "not_known": _("The industry is not one of GB/T 4754-2017."),
    }.get(customer.size_status, "")
    if customer.size_status == "missing_input":
        lacking = [words[name] for name in kept.get("missing", ["industry_group"]) if name in words]
        reason = _("It needs: %(inputs)s.") % {"inputs": _(", ").join(lacking)} if customer.industry_code else _(
            "It needs the industry.")  # fmt: skip
    return {
        "rows": rows,
        "reason": reason,
        "best_possible": classes.get(kept.get("best_possible", ""), "") if not customer.size_class else "",
        "period_end": kept.get("period_end"),
        "rules": " ".join(kept.get("rules", ())),
        "industry_rule": customer.industry_code and industry_name(customer.industry_code),
    }


@dataclass(frozen=True)
class Meanwhile:
    """A field that somebody else changed since the page was opened."""

    label: str
    theirs: str
    actor: str
    typed: str | None  # what this person typed into the same field, None where it was left alone


def edits_since(customer: Customer, version: int, form: Any) -> list[Meanwhile]:
    """What others changed in a file since `version`, against what was typed into the form."""
    passed = max(customer.version - version, 1)
    entries = timeline(customer, limit=min(passed, 50) + 50)
    edits = [entry for entry in entries if entry.event.type == "customer.changed"][:passed]
    found: dict[str, Meanwhile] = {}
    for entry in edits:
        for name, change in entry.event.data.items():
            typed = str(form.data.get(name, "")) if name in form.changed_data else None
            found.setdefault(name, Meanwhile(_label(name), shown(name, change.get("new")), entry.actor, typed))
    return list(found.values())


def size_inputs() -> dict[str, str]:
    """What the rules of 2017 tell the size class from."""
    return {
        "employees": _("employees"),
        "revenue": _("revenue"),
        "total_assets": _("total assets"),
        "industry_group": _("the industry's group"),
    }
