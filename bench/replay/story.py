"""Lives the events through, one after the other, each at its own instant; every day ends with everybody's accounts.

Runs in a portal that is new. Claims and orders go through the services that the API calls. A day that does not end as
the events say raises `Wrong` with what differs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson
from django.db import connection, transaction

from apps.core.audit_queries import registered
from apps.core.clock import frozen
from apps.core.errors import DomainError
from apps.coupons.selectors import HeldCoupon, coupons_of
from apps.coupons.services.claiming import claim
from apps.coupons.services.expiring import BATCH, expire_due
from apps.coupons.services.selling_out import sell_out_all
from apps.offers.versions.sweep import sweep_all
from apps.orders.services import pay_order, place_order
from apps.packs.members import members_beside
from apps.packs.realdata.claims import EVENTS_FILE, PACK_FILE
from apps.packs.realdata.rows import STORE_TZ
from apps.packs.services import import_pack
from apps.pricing.faults import Findings
from bench.replay.ledger import Budgets, Json, Ledger, Wallets

DAY = timedelta(days=1)
WALLETS = "SELECT customer_code, template, state, count(*) FROM coupons_coupon GROUP BY 1, 2, 3"
BUDGETS = """
SELECT template, sum(issued_quantity)::bigint, sum(reserved_amount)::bigint, sum(spent_amount)::bigint,
    bool_and(issued_quantity <= total_quantity AND reserved_amount + spent_amount <= total_amount)
FROM coupons_templateallowance GROUP BY template
"""


class Wrong(Exception):
    """The portal's accounts are not what the events say."""


@dataclass
class Told:
    """What came of it all: claims, redemptions, those refused with their reasons, days compared."""

    claims: int = 0
    redemptions: int = 0
    discount_amount: int = 0
    days: int = 0
    wallets_compared: int = 0
    refused: list[tuple[Json, str]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> Json:
        return {
            "claims": self.claims,
            "redemptions": self.redemptions,
            "discount_amount": self.discount_amount,
            "days": self.days,
            "wallets_compared": self.wallets_compared,
            "refused": [[event, why] for event, why in self.refused],
            "left_out": dict(self.left_out),
        }


def replay(
    folder: Path, *, campaigns: Sequence[str] = (), say: Callable[[str], None] = lambda _line: None
) -> Told:
    """All events of a folder that `make_pack_from_completejourney` wrote, or those of some claim campaigns."""
    pack, rows = read(folder, campaigns)
    told = Told(left_out=Counter(row["why"] for row in rows if row["do"] == "nothing"))
    events = [row for row in rows if row["do"] != "nothing"]
    publish(pack, folder, _at(events[0]) - DAY)
    ledger = Ledger.of(pack)
    by_day = {day: list(of_day) for day, of_day in groupby(events, key=_day)}
    for day in days(
        min(by_day), max(one.until for one in ledger.templates.values()).astimezone(STORE_TZ).date()
    ):
        customers = live(by_day.get(day, []), ledger, told)
        close(_midnight_after(day), customers, ledger, told)
        if customers:
            say(
                f"{day}  {told.claims:6,} claims  {told.redemptions:5,} redemptions  {len(told.refused)} refused"
            )
    if found := list(faults()):
        raise Wrong("\n".join(found[:20]))
    return told


def days(first: date, last: date) -> Iterator[date]:
    """Every day, whether anybody came or not: on some of them coupons do nothing but expire."""
    for number in range((last - first).days + 1):
        yield first + number * DAY


def read(folder: Path, campaigns: Sequence[str]) -> tuple[Json, list[Json]]:
    pack = orjson.loads((folder / PACK_FILE).read_bytes())
    rows = [orjson.loads(line) for line in (folder / EVENTS_FILE).read_bytes().splitlines()]
    if campaigns:
        chosen = [one for one in pack["claim_campaigns"] if one["code"] in campaigns]
        templates = {one["template"] for one in chosen}
        pack["claim_campaigns"] = chosen
        pack["coupon_templates"] = [one for one in pack["coupon_templates"] if one["code"] in templates]
        rows = [row for row in rows if row["campaign"] in campaigns]
    return pack, rows


def publish(pack: Json, folder: Path, at: datetime) -> None:
    """Everything runs from the day before the first event; the claims begin when their windows do."""
    with frozen(at):
        import_pack(
            raw=pack, findings=Findings(), actor=None, members_file=members_beside(folder), publish=True
        )


def live(events: Iterable[Json], ledger: Ledger, told: Told) -> set[str]:
    """One day; the customers who were there."""
    customers = set()
    for event in events:
        customers.add(event["customer"])
        with frozen(_at(event)):
            try:
                if event["do"] == "claim":
                    take(event)
                    ledger.claim(event)
                    told.claims += 1
                else:
                    discount = redeem(event, f"redeemed-{told.redemptions + 1}")
                    told.redemptions += 1
                    told.discount_amount += discount
                    if discount != (expected := ledger.redeem(event)):
                        raise Wrong(f"{event} saved {discount}, not {expected}")
            except DomainError as refused:
                told.refused.append((event, refused.code))
    return customers


def take(event: Json) -> None:
    with transaction.atomic():
        (coupon,) = claim(campaign=event["campaign"], customer=event["customer"])
    if coupon.template != event["template"]:
        raise Wrong(f"{event} gave a coupon of {coupon.template}")


def redeem(event: Json, order: str) -> int:
    """Order the line with whatever the wallet has, and pay; what the coupon of this campaign took off."""
    body = {"currency": "USD", "order": order, "customer": event["customer"], "lines": event["lines"]}
    mine = [row.code for row in coupons_of(event["customer"], shop=None) if _usable(row, event)]
    with transaction.atomic():
        answer = place_order(orjson.dumps({**body, "coupons": mine[-1:]}), client=1, shop=None)
    with transaction.atomic():
        pay_order(code=order, shop=None)
    used = [one for one in answer["offers"] if one["coupon"]]
    if [one["offer"] for one in used] != [event["template"]]:
        raise Wrong(f"{event} used {used}, with {answer['coupons']} and {answer['not_applied']}")
    return int(used[0]["discount"])


def _usable(row: Any, event: Json) -> bool:
    return row.template == event["template"] and HeldCoupon.of(row).state == "unused"


def close(at: datetime, customers: set[str], ledger: Ledger, told: Told) -> None:
    """The day is over: first what those who were there see, with no job run, then all rows once jobs have run."""
    with frozen(at):
        seen = Counter(
            (customer, row.template, HeldCoupon.of(row).state)
            for customer in customers
            for row in coupons_of(customer, shop=None)
        )
        same("what customers see", at, seen, ledger.wallets(at, customers))
        run_jobs()
        rows, counted = stored()
        same("wallets", at, rows, ledger.wallets(at))
        same("budgets", at, counted, ledger.budgets(at))
    told.days += 1
    told.wallets_compared += len({customer for customer, _template, _state in rows})


def run_jobs() -> None:
    """What Celery does meanwhile."""
    sweep_all()
    sell_out_all()
    while expire_due() == BATCH:
        pass


def stored() -> tuple[Wallets, Budgets]:
    """What the tables have; a budget beyond its total is Wrong whatever the events say."""
    with connection.cursor() as cursor:
        cursor.execute(WALLETS)
        wallets: Wallets = Counter({tuple(row[:3]): row[3] for row in cursor.fetchall()})
        cursor.execute(BUDGETS)
        budgets: Budgets = {}
        for template, issued, reserved, spent, within in cursor.fetchall():
            if not within:
                raise Wrong(f"{template} is over its budget: {issued}, {reserved}, {spent}")
            if issued:
                budgets[template] = (issued, reserved, spent)
    return wallets, budgets


def faults() -> Iterator[str]:
    for query in registered():
        for fault in query.find():
            yield f"{query.name}: {fault}"


def same(what: str, at: datetime, found: Any, expected: Any) -> None:
    if found != expected:
        keys = [key for key in {*found, *expected} if found.get(key) != expected.get(key)]
        first = [f"{key}: {found.get(key)}, not {expected.get(key)}" for key in sorted(keys)[:10]]
        raise Wrong(f"{at} {what}: {len(keys)} differ: {first}")


def _at(event: Json) -> datetime:
    return datetime.fromisoformat(event["at"])


def _day(event: Json) -> date:
    return _at(event).astimezone(STORE_TZ).date()


def _midnight_after(day: date) -> datetime:
    return datetime.combine(day + DAY, datetime.min.time(), STORE_TZ)
