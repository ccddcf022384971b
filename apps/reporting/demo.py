"""The demo's past: an activity that has ended, with a goal, a holdout, exposures, and orders before, during and after.

Everything goes through the services that the API calls, each at its own instant; chance is dealt from one seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random
from typing import Any

import orjson
from django.db import connection, transaction

from apps.accounts.models import User
from apps.activities.models import Activity
from apps.audiences.models import Snapshot
from apps.audiences.services import snapshots
from apps.carts.bodies import RefundBody
from apps.core.clock import frozen
from apps.core.errors import DomainError
from apps.core.jobs import Job, run
from apps.coupons.chain import COUPON_LEDGER
from apps.offers.models import PlacementRecord
from apps.offers.services.placements import USUAL, save_placement
from apps.offers.versions.sweep import sweep_all
from apps.orders.chain import LEDGER
from apps.orders.models import Order
from apps.orders.services.holding import place_order
from apps.orders.services.refunding import read_refund, refund_order
from apps.orders.services.settling import pay_order
from apps.packs.services.demo_past import CODE, DAY, GOODS, HOLDOUT_BPS, members
from apps.pricing.holdout import in_holdout
from apps.reporting.reconciliation.running import reconcile
from apps.reporting.reports.subjects import find
from apps.reporting.services import conclude
from apps.sightings.noting import note

FIRST_ORDER = "past-0001"
#: the share that buys among those who got it and those who didn't; of the latter as many as on usual days
GOT_IT, HELD_OUT = 0.34, 0.10
USUAL_ORDERS, LATER_ORDERS = 14, 12
POPUP, POPUP_COST_A_DAY = "popup", 8_000
CONCLUSIONS = (
    "门槛合适：多数订单凑单到 99 元以上。老客占比偏高，下次把首单客户单独圈出来。"
    "坚果礼包备货不足，最后一天转化下降。"
)


def make_past(client: int) -> None:
    """Nothing without the demo's activity, and nothing twice."""
    activity = Activity.objects.filter(code=CODE).first()
    if activity is None or Order.objects.filter(code=FIRST_ORDER).exists():
        return
    starts_at = activity.starts_at
    chance, people = Random(11), members()  # noqa: S311 - dealt alike in every demo
    for at, customer in sorted(_orders(chance, people, starts_at)):
        _order(at, customer, chance, client)
    _show(chance, people, starts_at, client)
    for number, code in enumerate(_some_used()):
        _refund(code, whole=number == 1)
    _take_snapshot(starts_at - 30 * DAY)
    _date_back()
    sweep_all()
    while LEDGER.seal():
        pass
    COUPON_LEDGER.seal()
    reconcile()
    _conclude()


def _take_snapshot(at: datetime) -> None:
    """Who was on the list when it was published, which a worker may have begun to note by now."""
    for job in Job.objects.filter(kind=snapshots.KIND, subject_code=CODE):
        run(job)
    Snapshot.objects.filter(subject_code=CODE).update(taken_at=at)


@transaction.atomic
def _date_back() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(DATED_BACK)


def _orders(chance: Random, people: list[str], starts_at: datetime) -> Iterator[tuple[datetime, str]]:
    """(instant, customer) on the same weekdays before, during, and after."""
    for weeks in (3, 2, 1):
        for customer in chance.sample(people, USUAL_ORDERS):
            yield starts_at - weeks * 7 * DAY + chance.random() * 4 * DAY, customer
    for customer in people:
        if chance.random() < (HELD_OUT if in_holdout(CODE, customer, HOLDOUT_BPS) else GOT_IT):
            yield starts_at + chance.random() * 4 * DAY, customer
    for customer in chance.sample(people, LATER_ORDERS):
        yield starts_at + 4 * DAY + chance.random() * 2.5 * DAY, customer


# Rows are dated by the database's own clock, which nobody turns back. A past that is made up is dated before it is
# sealed, by the only program that may: it made the rows itself.
DATED_BACK = """
ALTER TABLE orders_order DISABLE TRIGGER USER;
ALTER TABLE orders_refund DISABLE TRIGGER USER;
ALTER TABLE orders_ledgerentry DISABLE TRIGGER USER;
UPDATE orders_refund r SET created_at = o.paid_at + interval '3 hours' FROM orders_order o
    WHERE o.id = r.order_id AND o.code LIKE 'past-%';
UPDATE orders_ledgerentry e SET at = o.paid_at FROM orders_order o
    WHERE o.id = e.order_id AND e.refund_id IS NULL AND o.code LIKE 'past-%' AND o.paid_at IS NOT NULL;
UPDATE orders_ledgerentry e SET at = r.created_at FROM orders_refund r JOIN orders_order o ON o.id = r.order_id
    WHERE r.id = e.refund_id AND o.code LIKE 'past-%';
UPDATE orders_order SET held_until = paid_at + (held_until - created_at), created_at = paid_at
    WHERE code LIKE 'past-%' AND paid_at IS NOT NULL;
ALTER TABLE orders_order ENABLE TRIGGER USER;
ALTER TABLE orders_refund ENABLE TRIGGER USER;
ALTER TABLE orders_ledgerentry ENABLE TRIGGER USER;
"""


_number = iter(range(1, 1_000_000))


def _order(at: datetime, customer: str, chance: Random, client: int) -> None:
    """One cart, held and paid at that instant."""
    code = f"past-{next(_number):04}"
    goods = chance.sample(GOODS, chance.choice((1, 2, 2, 3)))
    body = {
        "order": code,
        "currency": "CNY",
        "customer": customer,
        "channel": chance.choice(("app", "app", "mini_program")),
        "lines": [
            {"line": str(n), "sku": sku, "quantity": chance.choice((1, 1, 2))}
            for n, sku in enumerate(goods, start=1)
        ],
    }
    with frozen(at), suppress(DomainError), transaction.atomic():
        place_order(orjson.dumps(body), client=client, shop=None)
        pay_order(code=code, shop=None)


def _show(chance: Random, people: list[str], starts_at: datetime, client: int) -> None:
    """Messages in the app to those who got it, and who opened them."""
    events: list[dict[str, Any]] = []
    for customer in people:
        if in_holdout(CODE, customer, HOLDOUT_BPS):
            continue
        at = starts_at + chance.random() * 3 * DAY
        seen = {"code": CODE, "customer": customer, "channel": "app", "terminal": "ios"}
        events.append(
            {**seen, "event": f"e-{customer}", "type": "exposure", "placement": POPUP, "at": at.isoformat()}
        )
        if chance.random() < 0.55:
            clicked = (at + timedelta(minutes=2)).isoformat()
            events.append(
                {**seen, "event": f"k-{customer}", "type": "click", "placement": POPUP, "at": clicked}
            )
    with frozen(starts_at + 4 * DAY):
        note(events, client=client)


def _some_used() -> list[str]:
    """A few of the orders that got the discount."""
    used = Order.objects.filter(uses__offer=CODE).exclude(paid_at=None).order_by("pk")
    return list(used.values_list("code", flat=True)[4:25:8])


def _refund(code: str, *, whole: bool) -> None:
    lines: dict[str, Any] = {"all": True} if whole else {"lines": [{"line": "1", "quantity": 1}]}
    asked: RefundBody = read_refund(orjson.dumps({"refund": f"{code}-r1", "fault": "customer", **lines}))
    with suppress(DomainError), transaction.atomic():
        refund_order(code=code, shop=None, asked=asked)


def _conclude() -> None:
    operator = User.objects.filter(username="operator").first()
    if operator is not None and (subject := find(operator, "activity", CODE)) is not None:
        _price_of_the_popup(operator)
        conclude(subject=subject, conclusions=CONCLUSIONS, placement_cost_amount=None, actor=operator)


def _price_of_the_popup(operator: User) -> None:
    """What a day of it costs, so that the report can say what came of it."""
    (known, *_others) = PlacementRecord.objects.filter(code=POPUP) or [PlacementRecord(code=POPUP)]
    known.name_zh, known.name_en = USUAL[POPUP]
    known.cost_per_day_amount = POPUP_COST_A_DAY
    save_placement(placement=known, actor=operator)
