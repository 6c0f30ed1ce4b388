from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "xinheng.server.accounts"
    label = "accounts"
