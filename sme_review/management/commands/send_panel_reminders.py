"""Reminds panelists some days before answers are due; for a scheduler that runs once a day or more often."""

from typing import Any

from django.core.management import CommandParser
from django.core.management.base import BaseCommand

from core.words import counted
from sme_review.services.reminders import remind_by_schedule


class Command(BaseCommand):
    """Sends the reminders that are due today, each person one mail; running it again sends nothing twice."""

    help = "Reminds panelists who have not finished, some days before answers are due. Safe to run several times a day."

    def add_arguments(self, parser: CommandParser) -> None:
        """How many days before."""
        parser.add_argument("--days", type=int, nargs="+", default=[7, 3, 1], help="days before the due date")

    def handle(self, *args: Any, days: list[int], **options: Any) -> None:
        """Send what is due and say how much that was."""
        sent = remind_by_schedule(days=days)
        self.stdout.write(f"{counted(sent, 'reminder')} sent.")
