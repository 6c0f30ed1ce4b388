from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "xinheng.server.customers"
    label = "customers"
