from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    name = "xinheng.server.assessment"
    label = "assessment"
