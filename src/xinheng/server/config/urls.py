"""The address space: each room brings its own urls, here they are only hung up."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("xinheng.server.accounts.urls")),
    path("customers/", include("xinheng.server.customers.urls")),
    path("receivables/", include("xinheng.server.receivables.urls")),
    path("assessments/", include("xinheng.server.assessment.urls")),
    path("imports/", include("xinheng.server.exchange.urls")),
    path("", include("xinheng.server.web.urls")),
]
