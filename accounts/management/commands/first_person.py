"""Lets the first person in."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management import CommandParser
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.urls import reverse

from accounts.services.first_person import make_first_person
from core.mail import absolute
from core.problems import Problem


class Command(BaseCommand):
    """Makes the first OCTE approver, on a new installation."""

    help = "Makes the account of the first OCTE approver, who invites all others."

    def add_arguments(self, parser: CommandParser) -> None:
        """Who."""
        parser.add_argument("email", help="the person's e-mail address")
        parser.add_argument("name", help='the full name, in quotes: "Ann Example"')

    def handle(self, *args: Any, email: str, name: str, **options: Any) -> None:
        """Make the account and say what the person does next."""
        try:
            validate_email(email)
            person = make_first_person(email=email, name=name)
        except ValidationError as error:
            raise CommandError(f"{email} is not an e-mail address.") from error
        except Problem as problem:
            raise CommandError(problem.message) from problem
        where = absolute(reverse("account_reset_password"))
        self.stdout.write(f"{person.email} is an OCTE approver. They set a password at {where}")
