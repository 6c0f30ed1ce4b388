from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReceivablesConfig(AppConfig):
    name = "xinheng.server.receivables"
    label = "receivables"

    def ready(self) -> None:
        from xinheng.server.customers import page
        from xinheng.server.events.catalogue import register
        from xinheng.server.receivables import overview

        register(
            {
                "invoice.added": _("Invoice %(number)s of %(amount)s entered"),
                "invoice.disputed": _("Invoice %(number)s is disputed"),
                "invoice.dispute_settled": _("Dispute over invoice %(number)s is settled"),
                "payment.added": _("Payment %(reference)s of %(amount)s entered"),
            }
        )
        page.register_tab("receivables", _("Receivables"), "receivables:account", 60)
        for key, order in (("open", 20), ("overdue", 21), ("purchases", 22), ("index", 23)):
            page.register_figure(key, f"receivables/_figure_{key}.html", overview.standing, order)
        page.register_card("ageing", "receivables/_ageing_card.html", overview.ageing_card, 20)
        page.register_sentence(overview.told, 20)
        page.register_missing(overview.missing, 30)
        for column in overview.columns():
            page.register_column(column)
