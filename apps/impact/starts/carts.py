"""Carts for a rehearsal: those of the newest orders that hold goods of the start, and made-up ones around its goods."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from apps.activities.models import Activity
from apps.catalog.selectors import portal
from apps.impact.starts.looking import MOST_ACTIVITIES
from apps.offers.admin.preview import skus_reached
from apps.offers.lifecycle import State
from apps.orders.models import Order

MOST_GOODS = 2_000
MOST_ORDERS = 500
MOST_LINES = 4
MOST_UNITS = 3


def goods_of(at: datetime) -> tuple[list[str], set[str]]:
    """The SKUs that change at an instant, and the activities that start then."""
    rows = Activity.objects.filter(starts_at=at, status__in=[State.APPROVED, State.LIVE])
    documents = rows.order_by("code").values_list("code", "current__content")
    skus: set[str] = set()
    codes: set[str] = set()
    for code, content in documents[:MOST_ACTIVITIES]:
        codes.add(code)
        if len(skus) < MOST_GOODS:
            reached = skus_reached(content, faultless=True).order_by("code")
            skus.update(reached.values_list("pk", flat=True)[:MOST_GOODS])
    return sorted(skus), codes


def carts_for(goods: Sequence[str], number: int, seed: int) -> list[dict[str, Any]]:
    """Bodies of `POST /quotes`; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - the same carts again, no secret
    currency = portal().currency
    bought = _bought(set(goods))
    return [
        _as_bought(chance.choice(bought), currency)
        if bought and chance.random() < 0.5
        else _made_up(goods, currency, chance)
        for _number in range(number)
    ]


def _bought(goods: set[str]) -> list[dict[str, Any]]:
    """What people ordered lately that the start changes."""
    requests = Order.objects.order_by("-id").values_list("request", flat=True)[:MOST_ORDERS]
    return [body for body in requests if any(line["sku"] in goods for line in body["lines"])]


def _as_bought(body: dict[str, Any], currency: str) -> dict[str, Any]:
    kept = {name: body[name] for name in ("lines", "customer", "channel", "region") if body.get(name)}
    return {"currency": currency, **kept}


def _made_up(goods: Sequence[str], currency: str, chance: random.Random) -> dict[str, Any]:
    chosen = chance.sample(list(goods), min(chance.randint(1, MOST_LINES), len(goods)))
    lines = [
        {"line": str(i), "sku": sku, "quantity": chance.randint(1, MOST_UNITS)}
        for i, sku in enumerate(chosen, 1)
    ]
    return {"currency": currency, "lines": lines, "customer": {"id": f"rehearsal-{chance.randrange(500)}"}}
