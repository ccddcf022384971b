"""`rehearse_start`: realistic carts around the instant of a mass start, over the API of a running portal."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from apps.core.clock import database_now
from apps.core.forms.local_time import parse_local
from apps.impact.starts.carts import carts_for, goods_of
from apps.impact.starts.looking import biggest, instants
from apps.impact.starts.rehearsing import Quotes, rehearse, table


class Everybody:
    """Who asks from the command line works for all shops."""

    shops: tuple[str, ...] = ()


class Command(BaseCommand):
    help = "Fire carts around the instant of a mass start; report latency and errors before and after it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--at", default="", help="local time of the start; else the biggest one ahead")
        parser.add_argument("--carts", type=int, default=2_000)
        parser.add_argument("--over", type=float, default=20, help="seconds over which they are fired")
        parser.add_argument("--clients", type=int, default=8, help="connections at once")
        parser.add_argument("--window", type=float, default=30, help="seconds on either side of the instant")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--url", default="http://127.0.0.1:8000/", help="where the portal answers")
        parser.add_argument("--key", default="", help="a preview key; else the demo's preview.key")

    def handle(self, *args: Any, **options: Any) -> None:
        at = _instant(options["at"])
        goods, starting = goods_of(at)
        if not goods:
            raise CommandError("Nothing starts at that instant.")
        self.stdout.write(f"{at.isoformat()}: {len(starting)} offers start, {len(goods):,} SKUs change")
        found = rehearse(
            Quotes(options["url"], options["key"] or _demo_key()),
            carts_for(goods, options["carts"], options["seed"]),
            at=at,
            starting=starting,
            seconds=options["over"],
            clients=options["clients"],
            window=timedelta(seconds=options["window"]),
        )
        for line in table(found):
            self.stdout.write(line)
        if found.errors:
            raise CommandError(f"{found.errors} carts were not priced.")
        if found.too_early:
            raise CommandError(f"{found.too_early} carts had a price of the start before it.")
        if not found.after.with_start:
            raise CommandError("No cart had a price of the start after it.")


def _instant(text: str) -> datetime:
    if text:
        try:
            return parse_local(text, ZoneInfo(settings.TIME_ZONE))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
    found = biggest(instants(database_now(), Everybody()))
    if found is None:
        raise CommandError("Nothing is approved for later.")
    return found.at


def _demo_key() -> str:
    file = settings.DATA_DIR / "preview.key"
    if not file.exists():
        raise CommandError("Name a key with the scope preview: --key.")
    return file.read_text().strip()
