from django.urls import path

from xinheng.server.exchange import views

app_name = "exchange"
urlpatterns = [
    path("", views.import_list, name="list"),
    path("new/", views.import_new, name="new"),
    path("templates/<str:kind>.xlsx", views.template_download, name="template"),
    path("<int:pk>/", views.import_detail, name="detail"),
    path("<int:pk>/columns/", views.import_columns, name="columns"),
    path("<int:pk>/columns/preview/", views.columns_preview, name="preview"),
    path("<int:pk>/status/", views.import_status, name="status"),
    path("<int:pk>/start/", views.import_begin, name="start"),
    path("<int:pk>/cancel/", views.import_stop, name="cancel"),
    path("<int:pk>/resume/", views.import_go_on, name="resume"),
    path("<int:pk>/errors.<str:form>", views.report_download, name="report"),
]
