"""Load the reference files that ship with the product."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from datasets.files import BadCellError
from datasets.loaders import TABLES


class Command(BaseCommand):
    """Bring the reference tables in step with the files: all of it or nothing."""

    help = "Load the reference data: CIP codes, programs, organizations, awarding entities and the sample catalog."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--overwrite",
            action="store_true",
            help="take the file's version of catalog rows that people changed here (they are kept otherwise)",
        )

    @transaction.atomic
    def handle(self, *_args: Any, **options: Any) -> None:
        width = max(len(table.name) for table in TABLES)
        for table in TABLES:
            try:
                counts = table.load(options["overwrite"] or not table.people_edit)
            except BadCellError as problem:
                raise CommandError(f"Nothing was loaded. {problem.message}") from problem
            line = f"{table.name:<{width}}  {counts.added:>5} added  {counts.changed:>5} changed  {counts.same:>5} same"
            self.stdout.write(line + (f"  {counts.left_alone:>5} kept as edited here" if counts.left_alone else ""))
