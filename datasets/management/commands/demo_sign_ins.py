"""Print the demo's sign-ins."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from datasets.making.sign_ins import available


class Command(BaseCommand):
    """One line per sign-in; nothing where no demo was made, and never in production."""

    help = "Print the demo's sign-ins: role, organization, e-mail address, password."

    def handle(self, *_args: Any, **_options: Any) -> None:
        lines = [] if settings.PRODUCTION else available()
        width = max((len(f"{each.role}, {each.organization}") for each in lines), default=0)
        for each in lines:
            who = f"{each.role}, {each.organization}"
            self.stdout.write(f"{who:<{width}}  {each.email:<26}  {each.password}")
