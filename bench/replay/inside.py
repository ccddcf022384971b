"""Runs inside the portal of a replay: migrates it, lives the events through, prints what came of them."""

from __future__ import annotations

import sys
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - Django is set up first

from bench.replay.story import Told, Wrong, replay  # noqa: E402


def main() -> int:
    call_command("migrate", interactive=False, verbosity=0)
    try:
        told = replay(Path(sys.argv[1]), campaigns=sys.argv[2:], say=print)
    except Wrong as wrong:
        print(wrong, file=sys.stderr)
        return 1
    tell(told)
    return 1 if told.refused else 0


def tell(told: Told) -> None:
    print(f"{told.claims:>9,}  claims")
    print(f"{told.redemptions:>9,}  redemptions, {told.discount_amount / 100:,.2f} off in all")
    for why, number in sorted(told.left_out.items()):
        print(f"{number:>9,}  redemptions left out: {why}")
    print(f"{told.days:>9,}  days, each wallet and each budget as the events say")
    print(f"{told.wallets_compared:>9,}  wallets compared")
    for event, why in told.refused:
        print(f"  refused: {why}  {event}")


if __name__ == "__main__":
    sys.exit(main())
