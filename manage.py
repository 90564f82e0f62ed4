#!/usr/bin/env python
"""Django's command line, with the embedded PostgreSQL started first where no DATABASE_URL is set."""

import os
import sys

# Commands that read or write no data start no database.
NEEDS_NO_DATABASE = {"collectstatic", "help", "version"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "octe_certs.settings")
    from core import embedded_database

    if len(sys.argv) > 1 and sys.argv[1] not in NEEDS_NO_DATABASE:
        embedded_database.provide_database_url()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
