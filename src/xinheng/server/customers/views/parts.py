"""Contacts, addresses and codes of a file: added, corrected and removed in place."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xinheng.engine import identity
from xinheng.engine.errors import UnknownCodeKind
from xinheng.server.accounts.language import reader_language
from xinheng.server.accounts.permissions import may_required
from xinheng.server.customers.forms import AddressForm, ContactForm, IdentifierForm
from xinheng.server.customers.places import industries_found, regions_found
from xinheng.server.customers.selectors import code_holder
from xinheng.server.customers.services import (
    address_add,
    address_remove,
    address_update,
    contact_add,
    contact_remove,
    contact_update,
    identifier_add,
    identifier_remove,
)
from xinheng.server.customers.views.files import customer_of, customer_profile
from xinheng.server.customers.views.refusals import show_on


def _entered(
    request: HttpRequest, pk: int, name: str, form: forms.Form, act: Callable[[dict[str, Any]], Any], done: str
) -> HttpResponse:
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except ValidationError as error:
            show_on(form, error, request.user, fields={form.data.get("identifier-kind", ""): "value"})
        else:
            messages.success(request, done)
            return redirect("customers:profile", pk=pk)
    return customer_profile(request, pk, **{name: form})


@require_POST
@may_required("customer.edit")
def contact_new(request: HttpRequest, pk: int) -> HttpResponse:
    customer = customer_of(request, pk)

    def act(fields: dict[str, Any]) -> Any:
        return contact_add(customer=customer, fields=fields, actor=request.user)

    return _entered(request, pk, "contact_form", ContactForm(request.POST), act, _("The contact is added."))


@require_POST
@may_required("customer.edit")
def address_new(request: HttpRequest, pk: int) -> HttpResponse:
    customer = customer_of(request, pk)

    def act(fields: dict[str, Any]) -> Any:
        return address_add(customer=customer, fields=fields, actor=request.user)

    return _entered(request, pk, "address_form", AddressForm(request.POST), act, _("The address is added."))


@require_POST
@may_required("customer.edit")
def identifier_new(request: HttpRequest, pk: int) -> HttpResponse:
    customer = customer_of(request, pk)

    def act(fields: dict[str, Any]) -> Any:
        return identifier_add(customer=customer, kind=fields["kind"], value=fields["value"], actor=request.user)

    return _entered(request, pk, "identifier_form", IdentifierForm(request.POST), act, _("The code is added."))


@may_required("customer.edit")
def contact_edit(request: HttpRequest, pk: int, part: int) -> HttpResponse:
    contact = get_object_or_404(customer_of(request, pk).contacts, pk=part)
    values = {name: getattr(contact, name) for name in ("name", "role", "phone", "email")}
    form = ContactForm(request.POST or None, initial=values)

    def act(fields: dict[str, Any]) -> Any:
        return contact_update(contact=contact, fields=fields, actor=request.user)

    return _corrected(request, pk, form, act, _("Correct a contact"))


@may_required("customer.edit")
def address_edit(request: HttpRequest, pk: int, part: int) -> HttpResponse:
    address = get_object_or_404(customer_of(request, pk).addresses, pk=part)
    values = {name: getattr(address, name) for name in ("kind", "text", "region_code")}
    form = AddressForm(request.POST or None, initial=values)

    def act(fields: dict[str, Any]) -> Any:
        return address_update(address=address, fields=fields, actor=request.user)

    return _corrected(request, pk, form, act, _("Correct an address"))


def _corrected(
    request: HttpRequest, pk: int, form: forms.Form, act: Callable[[dict[str, Any]], Any], title: str
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except ValidationError as error:
            show_on(form, error, request.user)
        else:
            messages.success(request, _("The correction is saved."))
            return redirect("customers:profile", pk=pk)
    context = {"form": form, "customer": customer_of(request, pk), "title": title}
    return render(request, "customers/part.html", context, status=400 if form.is_bound else 200)


@require_POST
@may_required("customer.edit")
def part_remove(request: HttpRequest, pk: int, kind: str, part: int) -> HttpResponse:
    """Take a contact, an address or a code off the file; the timeline keeps what it was."""
    customer = customer_of(request, pk)
    if kind == "contact":
        contact_remove(contact=get_object_or_404(customer.contacts, pk=part), actor=request.user)
    elif kind == "address":
        address_remove(address=get_object_or_404(customer.addresses, pk=part), actor=request.user)
    else:
        identifier_remove(identifier=get_object_or_404(customer.identifiers, pk=part), actor=request.user)
    messages.success(request, _("It is removed; the timeline keeps it."))
    return redirect("customers:profile", pk=pk)


@require_GET
def places(request: HttpRequest, kind: str) -> HttpResponse:
    """Options for the pickers of industries and regions while one types."""
    text = next((value for name, value in request.GET.items() if name != "from"), "")[:100]
    found = industries_found(text) if kind == "industries" else regions_found(text)
    return render(request, "customers/_options.html", {"options": found})


@require_GET
@may_required("customer.edit")
def code_check(request: HttpRequest) -> HttpResponse:
    """What is right or wrong with a code while one types it, and who has it already."""
    kind = request.GET.get("identifier-kind") or request.GET.get("kind", "")
    text = request.GET.get("identifier-value") or request.GET.get("uscc", "")
    if not text.strip():
        return HttpResponse("")
    try:
        checked = identity.check(kind, text)
    except UnknownCodeKind:
        return HttpResponse("")
    language = reader_language()
    context = {
        "checked": checked,
        "problems": [problem.message(language) for problem in checked.errors],
        "warnings": [problem.message(language) for problem in checked.warnings],
        "holder": code_holder(request.user, kind, checked.value) if checked.ok else None,
    }
    return render(request, "customers/_code_check.html", context)
