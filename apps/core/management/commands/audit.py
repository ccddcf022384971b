"""`audit`: verifies the audit chain and every registered promise; exit status 1 when one is broken."""

import sys
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand

from apps.core import audit_queries, sealing


def parse_head(text: str) -> sealing.Head:
    number, _, digest = text.partition(":")
    if not number.isdigit() or len(digest) != len(sealing.GENESIS):
        raise ArgumentTypeError("expected NUMBER:DIGEST as printed by an earlier run")
    return sealing.Head(int(number), digest)


class Command(BaseCommand):
    help = "Verify the audit log's hash chain and every promise that must hold in the database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--expect", type=parse_head, metavar="HEAD", help="a head printed by an earlier run"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        for query in audit_queries.registered():
            faults = list(query.find())
            broken += len(faults)
            self.stdout.write(f"{'FAULT' if faults else 'ok':5} {query.name}: {query.promise}")
            for fault in faults:
                self.stdout.write(f"      {fault}")
        if options["expect"] is not None:
            for fault in sealing.check_expected(options["expect"]):
                broken += 1
                self.stdout.write(f"FAULT core.chain: {fault}")
        self.stdout.write(f"head  {sealing.head()}")
        if broken:
            sys.exit(1)
