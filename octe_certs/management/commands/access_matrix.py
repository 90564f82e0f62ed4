"""Print who may open what."""

from typing import Any

from django.core.management.base import BaseCommand

from octe_certs.access_matrix import matrix_as_markdown


class Command(BaseCommand):
    """`manage.py access_matrix > docs/access-matrix.md` after addresses or permissions have changed."""

    help = "Print the matrix of addresses and roles as Markdown."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the matrix to the output."""
        self.stdout.write(matrix_as_markdown(), ending="")
