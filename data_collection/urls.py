"""Addresses of this app."""

from django.urls import URLPattern

app_name = "data_collection"
urlpatterns: list[URLPattern] = []
