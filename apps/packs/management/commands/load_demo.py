"""`load_demo`: the demo's 双11 fair, moved to today and published, into a portal that has nothing yet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations
from django.db import transaction

from apps.catalog.models import Portal
from apps.core.clock import database_now
from apps.core.errors import DomainError
from apps.packs import demo
from apps.packs.demo.shift import shifted
from apps.packs.loading import load_file
from apps.packs.services import PackRefused, import_pack
from apps.pricing.faults import Findings


class Command(BaseCommand):
    help = "Load the demo into an empty portal, published without approval (needs ALLOW_PUBLISH)."

    @no_translations
    @transaction.atomic
    def handle(self, *args: object, **options: Any) -> None:
        if Portal.objects.exists():
            raise CommandError("this portal is not empty: the demo is for a new one")
        findings = Findings()
        raw = load_file(Path(demo.__file__).parent / "pack.yaml", findings)
        try:
            report = import_pack(
                raw=shifted(raw, database_now()), findings=findings, actor=None, publish=True
            )
        except PackRefused as refused:
            raise CommandError("\n".join(map(str, refused.faults))) from refused
        except DomainError as refused:
            raise CommandError(refused.message) from refused
        if options["verbosity"] > 0:
            self.stdout.write(f"The fair is open: {report.published} offers and campaigns published.")
