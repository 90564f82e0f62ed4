"""Addresses of this app."""

from django.urls import URLPattern, path

from sme_review.views import decisions, link

app_name = "sme_review"
urlpatterns: list[URLPattern] = [
    path("panels/<int:pk>/decide/", decisions.decide, name="decide"),
    path("link/panel/<str:secret>/", link.welcome, name="link_welcome"),
]
