"""`import_pack FILE [--publish] [--dry-run]`: checks a pack as a whole, then writes all of it or nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations

from apps.accounts.models import User
from apps.core.errors import DomainError
from apps.packs.loading import load_file
from apps.packs.members import members_beside
from apps.packs.services import ImportReport, PackRefused, import_pack
from apps.pricing.faults import Findings


class Command(BaseCommand):
    help = (
        "Import a pack (YAML or JSON). Catalogue, customers and audiences change at once; activities, templates "
        "and campaigns become drafts, to be submitted for approval. Importing the same pack again changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument(
            "--publish",
            action="store_true",
            help="make it run without approval; only where ALLOW_PUBLISH is set and nothing was ever approved",
        )
        parser.add_argument("--dry-run", action="store_true", help="check and count, write nothing")
        parser.add_argument("--user", metavar="NAME", help="whose import it is; their permissions count then")

    @no_translations
    def handle(self, *args: object, **options: Any) -> None:
        path: Path = options["file"]
        actor = _user(options["user"])
        findings = Findings()
        raw = load_file(path, findings)
        try:
            report = import_pack(
                raw=raw,
                findings=findings,
                actor=actor,
                members_file=members_beside(path.parent),
                publish=options["publish"],
                dry_run=options["dry_run"],
            )
        except PackRefused as refused:
            for fault in refused.faults:
                self.stderr.write(str(fault))
            sys.exit(1)
        except DomainError as refused:
            raise CommandError(f"{path.name}: {refused.message} Nothing was written.") from refused
        if options["verbosity"] > 0:
            self._tell(report, dry_run=options["dry_run"])

    def _tell(self, report: ImportReport, *, dry_run: bool) -> None:
        for name, outcome in report.sections.items():
            if outcome.written or outcome.unchanged:
                self.stdout.write(
                    f"{name:<17} {outcome.created:>8} new {outcome.changed:>8} changed "
                    f"{outcome.unchanged:>8} unchanged"
                )
        if not report.changed:
            self.stdout.write("Nothing changed.")
        elif dry_run:
            self.stdout.write("Dry run: nothing was written.")
        else:
            if report.published:
                self.stdout.write(f"Published without approval: {report.published}.")
            self.stdout.write(f"Imported as batch {report.batch}.")


def _user(name: str | None) -> User | None:
    if name is None:
        return None
    user = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        raise CommandError(f"no such user: {name}")
    return user
