from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "xinheng.server.exchange"
    label = "exchange"
