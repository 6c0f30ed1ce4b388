from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    name = "xinheng.server.customers"
    label = "customers"

    def ready(self) -> None:
        from xinheng.server.customers.page import register_tab
        from xinheng.server.events.catalogue import register

        register(
            {
                "customer.created": _("File opened"),
                "customer.changed": _("File changed"),
                "customer.archived": _("File archived"),
                "customer.contact_added": _("Contact added"),
            }
        )
        register_tab("profile", _("Profile"), "customers:detail", 10)
