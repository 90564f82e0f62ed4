"""App configuration."""

from django.apps import AppConfig


class CertificationsConfig(AppConfig):
    """The shared model, district entry, evidence, approval."""

    name = "certifications"
    verbose_name = "Student certifications"
