"""Addresses of this app."""

from django.urls import path

from datasets import views

app_name = "datasets"
urlpatterns = [
    path("outbox/", views.mail_list, name="outbox"),
    path("outbox/<slug:key>/", views.mail_detail, name="mail"),
]
