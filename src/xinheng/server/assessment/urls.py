from django.urls import path

from xinheng.server.assessment.views import assessments, norms, overrides, ratings, rules, statement_entry, statements

app_name = "assessment"
urlpatterns = [
    path("", assessments.assessment_list, name="list"),
    path("rules/", rules.rules, name="rules"),
    path("rules/norms/", norms.norms, name="norms"),
    path("rules/norms/load/", norms.load, name="norms_load"),
    path("rules/norms/rebuild/", norms.rebuild, name="norms_rebuild"),
    path("rules/norms/form.csv", norms.form, name="norms_form"),
    path("rules/<slug:document>/", rules.document, name="rule_document"),
    path("rules/<slug:document>/download/", rules.download, name="rule_download"),
    path("<int:pk>/", assessments.detail, name="detail"),
    path("<int:pk>/override/", overrides.override, name="override"),
    path("<int:pk>/replay/", assessments.replay, name="replay"),
    path("<int:pk>/against/<int:other>/", ratings.compare, name="compare"),
    path("overrides/<int:pk>/withdraw/", overrides.withdraw, name="withdraw"),
    path("of/<int:pk>/", ratings.ratings, name="ratings"),
    path("of/<int:pk>/ratios/", ratings.ratios, name="ratios"),
    path("of/<int:pk>/run/", assessments.run, name="run"),
    path("of/<int:pk>/statements/", statements.statements, name="statements"),
    path("of/<int:pk>/statements/new/", statement_entry.new, name="statement_new"),
    path("of/<int:pk>/statements/draft/", statement_entry.draft, name="statement_draft"),
    path("of/<int:pk>/statements/discard/", statement_entry.discard, name="statement_discard"),
    path("statements/<int:pk>/", statements.statement, name="statement"),
    path("statements/<int:pk>/restate/", statement_entry.restate, name="statement_restate"),
]
