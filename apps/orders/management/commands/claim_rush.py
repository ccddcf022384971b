"""`claim_rush`: many customers claim from one campaign over the API of a running portal; then what was given."""

from __future__ import annotations

import random
import secrets
import time
from argparse import ArgumentParser
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urljoin

from django.core.management.base import BaseCommand, CommandError

from apps.core.clock import database_now
from apps.coupons.centre import Offered, centre_for
from apps.coupons.looks import ANYWHERE
from apps.coupons.models import ClaimCampaign, Coupon
from apps.orders.management.commands.rush import MOST_AT_ONCE, Shop, demo_key

GOT = "got their coupons"
# Whoever hears of a release asks within this time after it.
JUST_AFTER = 1.0


class Command(BaseCommand):
    help = "Let many customers claim from one campaign over the API of a running portal."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--campaign", required=True)
        parser.add_argument("--customers", type=int, default=500)
        parser.add_argument("--over", type=float, default=10, help="seconds over which the customers come")
        parser.add_argument(
            "--wait",
            type=float,
            default=0,
            help="seconds that one who is too early or too late waits for a release",
        )
        parser.add_argument("--channel", default="", help="the channel they come from")
        parser.add_argument("--url", default="http://127.0.0.1:8000/", help="where the portal answers")
        parser.add_argument("--key", default="", help="a storefront key; else the demo's storefront.key")

    def handle(self, *args: Any, **options: Any) -> None:
        campaign = options["campaign"]
        before = standing_of(campaign)
        address = urljoin(
            options["url"], f"admin/coupons/claimcampaign/centre/?channel={quote(options['channel'])}"
        )
        self.stdout.write(f"watch it at {address}")
        crowd = Crowd(
            Shop(options["url"], options["key"] or demo_key()), campaign, options["channel"], options["wait"]
        )
        started = time.monotonic()
        ends = self._run(crowd, options["customers"], options["over"])
        for end, number in sorted(ends.items()):
            self.stdout.write(f"{number:6}  {end}")
        self.stdout.write(f"{options['customers']} customers in {time.monotonic() - started:.1f} s")
        self._conclude(crowd, before, ends[GOT])

    def _run(self, crowd: Crowd, customers: int, over: float) -> Counter[str]:
        """Everybody claims; meanwhile, at most once a second, a line says how it goes."""
        started, said = time.monotonic(), ""
        with ThreadPoolExecutor(MOST_AT_ONCE) as people:
            running: set[Future[str]] = {
                people.submit(crowd.claim, number, started + over * number / max(customers, 1))
                for number in range(customers)
            }
            ends: Counter[str] = Counter()
            while running:
                done, running = wait(running, timeout=1)
                ends.update(future.result() for future in done)
                standing = in_words(standing_of(crowd.campaign))
                if running and standing != said:
                    said = standing
                    self.stdout.write(f"{time.monotonic() - started:4.0f} s  {said}")
        return ends

    def _conclude(self, crowd: Crowd, before: Offered, got: int) -> None:
        """What the campaign counts against what the customers got. Raises CommandError where they differ."""
        after = standing_of(crowd.campaign)
        reason = ClaimCampaign.objects.values_list("end_reason", flat=True).get(code=crowd.campaign)
        self.stdout.write(f"{crowd.campaign}  {in_words(after)}{f'  ended: {reason}' if reason else ''}")
        if after.campaign.claims > after.released:
            raise CommandError("More was given than was released.")
        coupons = Coupon.objects.filter(
            origin=crowd.campaign, customer_code__startswith=f"{crowd.name}-"
        ).count()
        if coupons != got * after.campaign.terms.coupons:
            raise CommandError(f"The customers got {got} times, but there are {coupons} coupons.")
        if after.campaign.claims - before.campaign.claims < got:
            raise CommandError("The campaign counts fewer claims than there were.")


@dataclass
class Crowd:
    """The customers of one rush: each asks once, and once more at the next release if it is soon."""

    shop: Shop
    campaign: str
    channel: str
    patience: float

    def __post_init__(self) -> None:
        self.name = f"test-{secrets.token_hex(4)}"

    def claim(self, number: int, come_at: float) -> str:
        """How it ended."""
        time.sleep(max(come_at - time.monotonic(), 0))
        customer = f"{self.name}-{number}"
        status, answer = self._ask(customer, customer)
        pause = self._pause(answer) if status == 409 else None
        if pause is not None:
            time.sleep(pause)
            status, answer = self._ask(customer, f"{customer}-again")
        return GOT if status == 201 else f"too late: {answer.get('code', status)}"

    def _ask(self, customer: str, key: str) -> tuple[int, dict[str, Any]]:
        body = {"customer": customer, **({"channel": self.channel} if self.channel else {})}
        return self.shop.post(f"claim-campaigns/{self.campaign}/claims", body, key)

    def _pause(self, answer: dict[str, Any]) -> float | None:
        """How long until what the answer tells of, None where it tells of nothing that is soon enough."""
        told = answer.get("next_release_at") or answer.get("starts_at")
        if told is None:
            return None
        ahead = datetime.fromisoformat(told) - datetime.now().astimezone()
        if ahead > timedelta(seconds=self.patience):
            return None
        return max(ahead.total_seconds(), 0) + random.uniform(0, JUST_AFTER)  # noqa: S311 - people, not secrets


def standing_of(campaign: str) -> Offered:
    """Raises CommandError where nothing can be claimed from it."""
    centre = centre_for(None, ANYWHERE)
    found = next((one for one in centre.offered if one.campaign.code == campaign), None)
    if found is None:
        raise CommandError(f"{campaign} is no campaign to claim from at {database_now():%Y-%m-%d %H:%M}.")
    return found


def in_words(offered: Offered) -> str:
    return f"{offered.campaign.claims} claimed of {offered.released} released, {offered.left} left"
