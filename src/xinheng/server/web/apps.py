from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "xinheng.server.web"
    label = "web"
