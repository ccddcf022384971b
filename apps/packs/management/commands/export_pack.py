"""`export_pack [--activity CODE ...] > FILE`: the configuration as a pack that imports to the same."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations
from django.db import connection, transaction

from apps.core.errors import DomainError
from apps.packs.services.exporting import export_pack


class Command(BaseCommand):
    help = "Write the portal's configuration to standard output as a pack (YAML)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--activity",
            metavar="CODE",
            action="append",
            help="only this activity and what it names; may be repeated",
        )
        parser.add_argument(
            "--without-catalog",
            action="store_true",
            help="leave goods and shops out, for a portal that has its own prices",
        )

    @no_translations
    def handle(self, *args: object, **options: Any) -> None:
        outermost = not connection.in_atomic_block
        with transaction.atomic():
            if outermost:  # one moment for all tables
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            try:
                lines = export_pack(activities=options["activity"], catalog=not options["without_catalog"])
                for line in lines:
                    self.stdout.write(line, ending="")
            except DomainError as refused:
                raise CommandError(refused.message) from refused
            except BrokenPipeError:
                sys.stdout = None
