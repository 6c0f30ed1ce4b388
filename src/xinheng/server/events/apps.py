from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "xinheng.server.events"
    label = "events"
