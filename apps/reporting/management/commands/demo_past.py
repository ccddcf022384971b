"""`demo_past`: an ended activity with its orders, for the reports of a fresh demo."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, no_translations

from apps.reporting.demo import make_past


class Command(BaseCommand):
    help = "Live through an activity that ended some days ago: orders before, during and after it, a holdout, a review."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--client", type=int, default=1, help="the API client its orders come from")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        make_past(options["client"])
