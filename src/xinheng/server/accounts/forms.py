"""What an administrator enters for an account."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from xinheng.server.accounts.choices import Role
from xinheng.server.accounts.models import User


class AccountForm(forms.Form):
    """Name, language and roles of an account that is there."""

    display_name = forms.CharField(label=_("Name"), max_length=100, help_text=_("As colleagues see it."))
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=Role.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A salesperson without another role sees own customers only; every other role sees all."),
    )


class NewAccountForm(AccountForm):
    """The same with what can be given only once."""

    username = forms.CharField(label=_("User name"), max_length=150, validators=[User.username_validator])
    password = forms.CharField(
        label=_("First password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least ten characters. Hand it over in person; it can be changed under the own account."),
    )
    field_order = ("username", "display_name", "password", "language", "roles")

    def clean_username(self) -> str:
        name = str(self.cleaned_data["username"])
        if User.objects.filter(username__iexact=name).exists():
            raise forms.ValidationError(_("This user name is taken."))
        return name

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "password" in data:
            try:
                validate_password(data["password"], User(username=data.get("username", "")))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return data


class NewPasswordForm(forms.Form):
    """A new password for somebody who has lost the old one."""

    password = forms.CharField(
        label=_("New password"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
