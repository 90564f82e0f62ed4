"""The worker's health check: jobs must not pile up."""

from datetime import timedelta
from typing import Any

from django.core.management import CommandParser
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult


class Command(BaseCommand):
    """Fail when a job that is due has waited longer than it should."""

    help = "Fails when a job that is due has waited for more than some minutes: no worker runs, or too few."

    def add_arguments(self, parser: CommandParser) -> None:
        """How long is too long."""
        parser.add_argument("--minutes", type=int, default=10, help="how long a job may wait")

    def handle(self, *args: Any, minutes: int, **options: Any) -> None:
        """Count the jobs that have waited too long."""
        now = timezone.now()
        patience = now - timedelta(minutes=minutes)
        waiting = DBTaskResult.objects.ready().filter(enqueued_at__lt=patience)
        # A job that was put off is due only from then on.
        late = waiting.exclude(run_after__gte=patience, run_after__lte=now).count()
        if late:
            raise CommandError(f"{late} jobs have waited for more than {minutes} minutes. Is a worker running?")
        self.stdout.write("No job waits too long.")
