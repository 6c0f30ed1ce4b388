"""A customer's file: overview, identity, entry and correction, archive."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xinheng.server.accounts.permissions import may, may_required
from xinheng.server.customers import page
from xinheng.server.customers.forms import (
    AddressForm,
    ContactForm,
    CustomerForm,
    IdentifierForm,
    NewCustomerForm,
    ReassignForm,
)
from xinheng.server.customers.models import Customer
from xinheng.server.customers.overview import edits_since, identifier_rows, size_told
from xinheng.server.customers.selectors import customers_in_scope
from xinheng.server.customers.services import (
    EditedMeanwhile,
    customer_archive,
    customer_create,
    customer_reassign,
    customer_restore,
    customer_update,
)
from xinheng.server.customers.views.refusals import show_on
from xinheng.server.events.selectors import timeline


def customer_of(request: HttpRequest, pk: int) -> Customer:
    """The customer when it is in the user's scope, else 404: who may not see it does not learn that it exists."""
    found = customers_in_scope(request.user).select_related("owner").prefetch_related("identifiers", "contacts")
    return get_object_or_404(found, pk=pk)


def customer_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The overview, put together from what the rooms say."""
    customer = customer_of(request, pk)
    context = page.page_context(customer, "overview") | {
        "sentence": page.sentence(customer),
        "figures": page.figures(customer),
        "cards": page.cards(customer),
        "missing": page.missing(customer),
        "timeline": timeline(customer),
        "may_edit": may(request.user, "customer.edit"),
        "may_assess": may(request.user, "assessment.run"),
    }
    return render(request, "customers/detail.html", context)


def customer_profile(request: HttpRequest, pk: int, **forms: Any) -> HttpResponse:
    """Identity, places and people of the customer, to be read and completed in place."""
    customer = customer_of(request, pk)
    reassign = ReassignForm(initial={"owner": customer.owner_id})
    given: dict[str, Any] = {
        "contact_form": ContactForm(),
        "address_form": AddressForm(),
        "identifier_form": IdentifierForm(),
        "reassign_form": reassign,
    } | forms
    context = page.page_context(customer, "profile") | given | {
        "identifiers": identifier_rows(customer),
        "contacts": customer.contacts.all(),
        "addresses": customer.addresses.all(),
        "size": size_told(customer),
        "timeline": timeline(customer),
        "may_edit": may(request.user, "customer.edit") and customer.archived_at is None,
        "may_archive": may(request.user, "customer.archive"),
        "may_reassign": may(request.user, "customer.reassign") and customer.archived_at is None,
    }  # fmt: skip
    return render(request, "customers/profile.html", context, status=400 if forms else 200)


@may_required("customer.edit")
def customer_new(request: HttpRequest) -> HttpResponse:
    form = NewCustomerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            customer = customer_create(
                fields=form.entered() | {"owner": request.user},
                identifiers={"uscc": form.cleaned_data["uscc"]},
                actor=request.user,
            )
        except ValidationError as error:
            show_on(form, error, request.user)
        else:
            messages.success(request, _("The file is open."))
            return redirect("customers:detail", pk=customer.pk)
    status = 400 if form.is_bound else 200
    return render(request, "customers/form.html", {"form": form}, status=status)


@may_required("customer.edit")
def customer_edit(request: HttpRequest, pk: int) -> HttpResponse:
    customer = customer_of(request, pk)
    if customer.archived_at is not None:
        messages.error(request, _("An archived file is not changed; restore it first."))
        return redirect("customers:profile", pk=pk)
    form = CustomerForm(request.POST or None, customer=customer)
    meanwhile: list[Any] = []
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"] or 0
        try:
            customer_update(customer=customer, version=version, fields=form.entered_anew(), actor=request.user)
        except EditedMeanwhile as error:
            meanwhile = edits_since(customer, version, form)
            form = form.brought_up_to(customer)
            form.full_clean()
            show_on(form, error, request.user)
        except ValidationError as error:
            show_on(form, error, request.user)
        else:
            if form.changed_data:
                messages.success(request, _("The file is changed."))
            return redirect("customers:profile", pk=pk)
    context = {"form": form, "customer": customer, "meanwhile": meanwhile}
    return render(request, "customers/form.html", context, status=_status(form, meanwhile))


def _status(form: CustomerForm, meanwhile: list[Any]) -> int:
    if meanwhile:
        return 409
    return 400 if form.is_bound else 200


@require_POST
@may_required("customer.archive")
def customer_archive_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Archive a file, with its reason."""
    customer = customer_of(request, pk)
    try:
        customer_archive(customer=customer, actor=request.user, reason=request.POST.get("reason", ""))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The file is archived. It is found in the list under “Archived”."))
    return redirect("customers:profile", pk=pk)


@require_POST
@may_required("customer.archive")
def customer_restore_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring an archived file back."""
    customer = customer_of(request, pk)
    try:
        customer_restore(customer=customer, actor=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The file is live again."))
    return redirect("customers:profile", pk=pk)


@require_POST
@may_required("customer.reassign")
def customer_reassign_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the customer to another salesperson."""
    customer = customer_of(request, pk)
    form = ReassignForm(request.POST)
    if not form.is_valid():
        return customer_profile(request, pk, reassign_form=form)
    owner, reason = form.cleaned_data["owner"], form.cleaned_data["reason"]
    customer_reassign(customer=customer, owner=owner, actor=request.user, reason=reason)
    messages.success(request, _("The customer has another salesperson."))
    return redirect("customers:profile", pk=pk)
