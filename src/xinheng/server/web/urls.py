from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from xinheng.server.web import views

pages = [
    path("components/", views.components, name="components"),
    path("help/", views.help_page, name="help"),
]

urlpatterns = [
    path("", views.home, name="home"),
    path("", include((pages, "web"))),
    path("language/", login_not_required(set_language), name="set_language"),
]
