from allauth.account import views as allauth_views
from django.urls import path

from xinheng.server.accounts import views

urlpatterns = [
    path("login/", allauth_views.login, name="account_login"),
    path("logout/", allauth_views.logout, name="account_logout"),
    path("password/", allauth_views.password_change, name="account_change_password"),
    path("inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("reauthenticate/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("preferences/", views.preferences, name="preferences"),
]
