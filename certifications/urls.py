"""Addresses of this app, one list per part."""

from django.urls import URLPattern

app_name = "certifications"

CATALOGUE_URLS: list[URLPattern] = []

urlpatterns: list[URLPattern] = [
    *CATALOGUE_URLS,
]
