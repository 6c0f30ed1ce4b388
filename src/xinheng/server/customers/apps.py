from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    name = "xinheng.server.customers"
    label = "customers"

    def ready(self) -> None:
        from xinheng.server.customers import overview
        from xinheng.server.customers.page import register_missing, register_tab
        from xinheng.server.events.catalogue import register

        register(
            {
                "customer.created": _("File opened"),
                "customer.changed": overview.changes_told,
                "customer.archived": _("File archived"),
                "customer.restored": _("File restored"),
                "customer.reassigned": _("Given from %(old)s to %(new)s"),
                "customer.size_changed": overview.size_change_told,
                "customer.contact_added": _("Contact %(contact)s added"),
                "customer.contact_changed": _("Contact %(contact)s corrected"),
                "customer.contact_removed": _("Contact %(contact)s removed"),
                "customer.address_added": _("Address added: %(address)s"),
                "customer.address_changed": _("Address corrected: %(address)s"),
                "customer.address_removed": _("Address removed: %(address)s"),
                "customer.identifier_added": _("Code added: %(value)s"),
                "customer.identifier_removed": _("Code removed: %(value)s"),
            }
        )
        register_tab("overview", _("Overview"), "customers:detail", 10)
        register_tab("profile", _("Profile"), "customers:profile", 15)
        register_missing(overview.missing_of_file, 10)
