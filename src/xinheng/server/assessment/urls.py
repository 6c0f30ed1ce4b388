from django.urls import path

from xinheng.server.assessment import views

app_name = "assessment"
urlpatterns = [
    path("", views.assessment_list, name="list"),
    path("rules/", views.rules, name="rules"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/override/", views.override, name="override"),
    path("<int:pk>/replay/", views.replay, name="replay"),
    path("of/<int:pk>/", views.ratings, name="ratings"),
    path("of/<int:pk>/run/", views.run, name="run"),
    path("of/<int:pk>/statements/", views.statements, name="statements"),
]
