"""`load_demo`: the demo's 双11 fair, moved to today and published, into a portal that has nothing yet."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from apps.core.errors import DomainError
from apps.packs.services.demo import load_demo
from apps.packs.services.writing import PackRefused


class Command(BaseCommand):
    help = "Load the demo into an empty portal, published without approval (needs ALLOW_PUBLISH)."

    @no_translations
    def handle(self, *args: object, **options: Any) -> None:
        try:
            report = load_demo()
        except PackRefused as refused:
            raise CommandError("\n".join(map(str, refused.faults))) from refused
        except DomainError as refused:
            raise CommandError(refused.message) from refused
        if options["verbosity"] > 0:
            self.stdout.write(f"The fair is open: {report.published} offers and campaigns published.")
