from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssessmentConfig(AppConfig):
    name = "xinheng.server.assessment"
    label = "assessment"

    def ready(self) -> None:
        from xinheng.server.customers.page import register_tab
        from xinheng.server.events.catalogue import register

        register(
            {
                "statement.kept": _("Statement of %(period_end)s kept"),
                "statement.restated": _("Statement of %(period_end)s restated as version %(version)s"),
                "assessment.made": _("Assessed"),
                "assessment.overridden": _("Grade set by hand"),
                "norms.built": _("Industry norms built from %(companies)s companies"),
                "norms.loaded": _("Industry norms loaded from %(file)s"),
            }
        )
        register_tab("statements", _("Statements"), "assessment:statements", 20)
        register_tab("ratings", _("Ratings"), "assessment:ratings", 30)
