from django.urls import path

from xinheng.server.web import views

urlpatterns = [path("", views.home, name="home")]
