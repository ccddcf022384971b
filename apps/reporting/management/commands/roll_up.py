"""`roll_up`: bring the sums of the reports up to date, or make them again."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, no_translations

from apps.coupons.chain import COUPON_LEDGER
from apps.orders.chain import LEDGER
from apps.reporting.rollups.rebuilding import rebuild
from apps.reporting.rollups.rolling import roll_up


class Command(BaseCommand):
    help = "Sum the ledgers into the tables of the reports: what is new, or with --rebuild everything."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rebuild", action="store_true", help="forget all sums and make them again")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        LEDGER.seal()
        COUPON_LEDGER.seal()
        began = time.perf_counter()
        rows = rebuild() if options["rebuild"] else roll_up(seconds=float("inf"))
        took = max(time.perf_counter() - began, 1e-9)
        self.stdout.write(f"{rows:,} entries of the ledgers summed, {rows / took:,.0f} a second.")
