"""Holds a forecast of redemptions against what happened in a grocer's year, campaign by campaign, whatever it is."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from apps.packs.realdata.foretelling import Foretold, foretell
from apps.packs.realdata.source import SourceMissing, load


class Command(BaseCommand):
    help = "Foretell each campaign's redemptions from the weeks before it and compare with what happened."
    requires_system_checks: list[str] = []  # neither models nor a database are used

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            source = load()
        except SourceMissing as error:
            message = _("The data is not installed: pip install -r requirements-realdata.txt")
            raise CommandError(f"{message} ({error})") from error
        found = foretell(source)
        self.stdout.write("campaign  kind    learned  chances  foretold  range          actual")
        for one in found:
            self.stdout.write(_line(one))
        foretold, actual = sum(one.expected for one in found), sum(one.actual for one in found)
        off = sum(abs(one.expected - one.actual) for one in found)
        inside = sum(one.inside for one in found)
        self.stdout.write(
            f"{len(found)} campaigns: foretold {foretold}, actual {actual}; off by {off} in all, campaign by "
            f"campaign ({off * 100 // max(actual, 1)} %); {inside} within their range"
        )


def _line(one: Foretold) -> str:
    around = f"{one.low}-{one.high}"
    return (
        f"{one.campaign:>8}  {one.kind:<6}  {one.learned:>7}  {one.chances:>7}  {one.expected:>8}  {around:<13}"
        f"  {one.actual:>6}{'' if one.inside else '  outside'}"
    )
