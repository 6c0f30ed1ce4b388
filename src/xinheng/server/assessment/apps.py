from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssessmentConfig(AppConfig):
    name = "xinheng.server.assessment"
    label = "assessment"

    def ready(self) -> None:
        from xinheng.server.assessment import customer_page
        from xinheng.server.assessment.overview import rating_card
        from xinheng.server.assessment.selectors import assessment_told
        from xinheng.server.customers.page import register_card, register_tab
        from xinheng.server.events.catalogue import register

        register(
            {
                "statement.kept": _("Statement of %(period_end)s kept"),
                "statement.restated": _("Statement of %(period_end)s restated as version %(version)s"),
                "assessment.made": assessment_told,
                "assessment.overridden": _("Grade set by hand to %(to)s until %(valid_until)s"),
                "assessment.override_withdrawn": _("Grade %(from)s set by hand taken back"),
                "norms.built": _("Industry norms built from %(companies)s companies"),
                "norms.loaded": _("Industry norms loaded from %(file)s"),
            }
        )
        register_tab("statements", _("Statements"), "assessment:statements", 20)
        register_tab("ratios", _("Ratios"), "assessment:ratios", 25)
        register_tab("ratings", _("Ratings"), "assessment:ratings", 30)
        register_card("rating", "assessment/_rating_card.html", rating_card, 10)
        customer_page.register()
