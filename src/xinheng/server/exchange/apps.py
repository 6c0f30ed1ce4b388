from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    name = "xinheng.server.exchange"
    label = "exchange"

    def ready(self) -> None:
        from xinheng.server.events.catalogue import register

        register(
            {
                "import.uploaded": _("File uploaded"),
                "import.mapped": _("Columns confirmed"),
                "import.started": _("Import started"),
                "import.finished": _("Import finished"),
                "import.failed": _("Import failed"),
                "import.cancelled": _("Import cancelled"),
                "import.resumed": _("Import resumed"),
            }
        )
