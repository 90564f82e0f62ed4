"""Makes sure that there is a place for uploaded files before the first person uploads one."""

from typing import Any

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Make the bucket if it is missing; with files on disk there is nothing to do."""

    help = "Makes the S3 bucket for uploaded files if it is missing."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what was found or made."""
        connection = getattr(default_storage, "connection", None)
        if connection is None:
            self.stdout.write("Files lie on disk: nothing to make.")
            return
        name = default_storage.bucket.name  # type: ignore[attr-defined]
        if any(bucket.name == name for bucket in connection.buckets.all()):
            self.stdout.write(f"The bucket {name} is there.")
            return
        connection.create_bucket(Bucket=name)
        self.stdout.write(f"The bucket {name} was made.")
