"""App configuration."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, memberships, invitations, audit trail."""

    name = "accounts"
    verbose_name = "People and audit trail"
