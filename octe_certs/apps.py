"""App configurations of the project itself."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class StateAdminConfig(AdminConfig):
    """Django's admin with our own site: state staff only, plain sign-in through allauth."""

    default_site = "octe_certs.admin_site.StateAdminSite"


class OcteCertsConfig(AppConfig):
    """Templates, checks and commands that belong to no single app."""

    name = "octe_certs"
