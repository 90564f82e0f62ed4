"""Addresses of this app."""

from django.urls import URLPattern

app_name = "sme_review"
urlpatterns: list[URLPattern] = []
