"""Make the demo: people, students, records, panels and questionnaires."""

from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from core.problems import Problem
from datasets.making.plan import Plan
from datasets.making.whole import make

MOST_YEARS = 10


class Command(BaseCommand):
    """The same arguments make the same demo."""

    help = "Make a demo of any size; --students 500000 makes the state that benchmarks use."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--students", type=int, default=2000, help="how many students (default 2000)")
        parser.add_argument("--years", type=int, default=3, help="school years of enrollments (default 3)")
        parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same demo (default 1)")
        parser.add_argument(
            "--force", action="store_true", help="add the demo although there are people; nothing is removed"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo has a password that everybody knows, so it is never made in production.")
        if options["students"] < 1 or not 1 <= options["years"] <= MOST_YEARS:
            raise CommandError(f"Give at least 1 student, and 1 to {MOST_YEARS} years.")
        if User.objects.exists() and not options["force"]:
            raise CommandError("There are people in this database. Use an empty one, or --force to add the demo to it.")
        plan = Plan(students=options["students"], years=options["years"], seed=options["seed"])
        start = perf_counter()

        def say(step: str) -> None:
            self.stdout.write(f"{perf_counter() - start:6.1f} s  {step}")

        try:
            made = make(plan, say=say)
        except Problem as problem:
            raise CommandError(f"No demo was made. {problem.message}") from problem
        say(
            f"Done: {made.students:,} students, {made.enrollments:,} enrollments in {made.offerings:,} offerings, "
            f"{made.records:,} records"
        )
