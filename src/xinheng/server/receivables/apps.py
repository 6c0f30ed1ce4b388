from django.apps import AppConfig


class ReceivablesConfig(AppConfig):
    name = "xinheng.server.receivables"
    label = "receivables"
