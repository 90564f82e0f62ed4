"""Prepares this machine's database for `make run`, in one process, because starting Django is the slow part."""

import contextlib
import sys
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import CommandParser, call_command
from django.core.management.base import BaseCommand, CommandError

from octe_certs.settings import PRODUCTION


class Command(BaseCommand):
    """Migrate, load the reference data, load the demo into an empty database; print the demo's sign-ins."""

    help = "Prepares the local database: migrations, reference data and, where nobody has an account yet, the demo."

    def add_arguments(self, parser: CommandParser) -> None:
        """How big a demo."""
        parser.add_argument("--students", type=int, default=2000, help="how many students the demo has")
        parser.add_argument("--years", type=int, default=3, help="how many school years the demo spans")
        parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same demo")

    def handle(self, *args: Any, **options: Any) -> None:
        """Progress goes to standard error; standard output holds the sign-ins alone (nothing without a demo)."""
        if PRODUCTION:
            raise CommandError("prepare_local loads a demo whose passwords everybody can read: never in production.")
        with contextlib.redirect_stdout(sys.stderr):
            self.say("Updating the database ...")
            call_command("migrate", interactive=False, verbosity=0)
            self.say("Loading the reference data ...")
            call_command("load_reference")
            if not get_user_model().objects.exists():
                self.say(f"Loading the demo with {options['students']} students ...")
                call_command("make_demo", **{name: options[name] for name in ("students", "years", "seed")})
        call_command("demo_sign_ins", stdout=self.stdout)

    def say(self, text: str) -> None:
        """One line of progress."""
        self.stderr.write(text, self.style.NOTICE)
