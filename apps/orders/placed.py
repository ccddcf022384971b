"""An order as it is written down: what it used and holds, as the row of the one statement that places it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
from django.conf import settings

from apps.carts.bodies import OrderBody, given
from apps.carts.carts import customer_id
from apps.core.marks import hashed
from apps.orders import entries
from apps.orders.buckets import DrawOn
from apps.orders.carried import Asker
from apps.orders.chosen import Chosen
from apps.orders.demand import Applied, TakenOfLimit, applied_in
from apps.orders.priced import Priced
from apps.orders.record import as_json
from apps.orders.terms import Terms, terms_of


@dataclass(frozen=True, slots=True)
class Used:
    """The offers that applied, and their terms as of the book that priced."""

    applied: list[Applied]
    terms: Mapping[str, Terms]


@dataclass(frozen=True, slots=True)
class Held:
    """What was taken for an order beside its coupons; the draws are still to be made."""

    draws: Sequence[DrawOn]
    limits: Sequence[tuple[int, TakenOfLimit]]
    promised: Any


def used_by(priced: Priced) -> Used | None:
    """None where an offer has changed since it was priced."""
    applied = applied_in(priced.quote)
    terms = terms_of([one.offer for one in applied], priced.book.version)
    return None if terms is None else Used(applied, terms)


def row_of(
    body: OrderBody,
    asker: Asker,
    priced: Priced,
    used: Used,
    held: Held,
    coupons: Chosen,
    answer: dict[str, Any],
) -> dict[str, Any]:
    """The names of the statement in `record.py`."""
    return {
        **_sums(priced, body, asker),
        **_details(priced, used),
        "request": as_json(coupons.kept(_request(body))),
        "quote": as_json(coupons.kept(answer)),
        "promised": as_json(held.promised),
        "counters": [draw.counter for draw in held.draws],
        "amounts": [draw.amount for draw in held.draws],
        "limits": [use for use, _one in held.limits],
        "limit_units": [one.units for _use, one in held.limits],
        "limit_orders": [one.orders for _use, one in held.limits],
    }


def _sums(priced: Priced, body: OrderBody, asker: Asker) -> dict[str, Any]:
    quote = priced.quote
    return {
        "code": body.order,
        "client": asker.client,
        "shop": asker.shop or "",
        "customer": customer_id(body) or "",
        "currency": body.currency,
        "list": quote.list_total,
        "discount": quote.discount_total,
        "fee": quote.cart.shipping_fee,
        "fee_discount": quote.shipping_discount,
        "payable": quote.payable_total,
        "as_of": priced.inputs.now,
        "book": priced.book.version,
        "held_until": priced.inputs.now + timedelta(minutes=settings.HOLD_MINUTES),
    }


def _details(priced: Priced, used: Used) -> dict[str, Any]:
    quote, applied, terms = priced.quote, used.applied, used.terms
    offers = [one.offer.code for one in applied]
    return {
        "rewards": as_json(entries.reward_rows(quote)),
        "segments": as_json(entries.segment_rows(quote)),
        "uses": as_json(entries.use_rows(applied, terms)),
        "entries": as_json(entries.hold_entries(quote, applied, terms)),
        "event": as_json({"payable_total": quote.payable_total, "offers": offers}),
        "offers": offers,
    }


def _request(body: OrderBody) -> dict[str, Any]:
    """What was asked, with the risk marks hashed."""
    asked = msgspec.to_builtins(body)
    if given(body.risk) is not None:
        asked["risk"] = hashed(asked["risk"])
    return asked
