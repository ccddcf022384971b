"""What of a customer's coupons a cart must know: one scalar subquery for the one statement of a quote."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

import orjson

from apps.coupons.lifecycle import CouponState
from apps.pricing.cart import AUTO, Coupon

MAX_COUPONS = 200
READ_AGAIN = 512
# As JSON text for `read_wallet`, over the parameters `customer`, `as_of` and `coupons`.
_WALLET = """(
    SELECT json_agg(json_build_array(w.code, w.template, w.state, w.valid_from, w.valid_until, w.id,
        w.reserved_amount, w.issued_at))::text
    FROM (SELECT c.* FROM coupons_coupon c WHERE c.customer_code = %(customer)s AND {wanted} LIMIT {most}) w
)"""
# Those that an order could take now come first, then those that another has or whose time is to come or over.
_AUTO = """c.state IN ('unused', 'held') ORDER BY (c.state = 'unused' AND c.valid_from <= {as_of}
        AND (c.valid_until IS NULL OR {as_of} < c.valid_until)) DESC, c.valid_until, c.id"""
WALLET_AUTO = _WALLET.format(wanted=_AUTO, most=MAX_COUPONS)
WALLET_NAMED = _WALLET.format(wanted="c.code = ANY(%(coupons)s)", most=MAX_COUPONS)


class Row(NamedTuple):
    """What an order needs of a coupon besides its price: its key and the money that was reserved for it."""

    id: int
    reserved_amount: int


@dataclass(frozen=True, slots=True)
class Wallet:
    """Coupons as the engine sees them, and their rows by id; a code presented has no row before it is claimed."""

    coupons: tuple[Coupon, ...] = ()
    rows: Mapping[str, Row] = field(default_factory=dict)


NO_WALLET = Wallet()


def wallet_sql(customer: str | None, coupons: str | Sequence[str]) -> str | None:
    """The subquery for what a cart says of its coupons; None where there is nothing to look for."""
    if customer is None or not coupons:
        return None
    return WALLET_AUTO if coupons == AUTO else WALLET_NAMED


def read_wallet(
    document: str | None, *, voided: Mapping[str, datetime], visible: Callable[[str], bool] | None = None
) -> Wallet:
    """What a subquery gave. `voided` says until when a template's coupons are void, `visible` which templates show."""
    if not document:
        return NO_WALLET
    wallet, issued, templates = _read(document)
    shown = templates if visible is None else frozenset(filter(visible, templates))
    if shown == templates and templates.isdisjoint(voided):
        return wallet
    coupons = tuple(
        _as_it_stands(coupon, instant, voided)
        for coupon, instant in zip(wallet.coupons, issued, strict=True)
        if coupon.template in shown
    )
    return Wallet(coupons, {coupon.id: wallet.rows[coupon.id] for coupon in coupons})


class _Read(NamedTuple):
    """A whole wallet, when each of its coupons was issued, and the templates of all."""

    wallet: Wallet
    issued: tuple[str, ...]
    templates: frozenset[str]


@lru_cache(maxsize=READ_AGAIN)
def _read(document: str) -> _Read:
    """A customer asks for prices again and again, while the coupons stay what they are."""
    coupons: list[Coupon] = []
    rows: dict[str, Row] = {}
    issued: list[str] = []
    for code, template, state, valid_from, valid_until, id_, reserved, issued_at in orjson.loads(document):
        coupons.append(Coupon(code, template, state, _instant(valid_from), _instant(valid_until)))
        rows[code] = Row(id_, reserved)
        issued.append(issued_at)
    wallet = Wallet(tuple(coupons), MappingProxyType(rows))
    return _Read(wallet, tuple(issued), frozenset(coupon.template for coupon in coupons))


def _as_it_stands(coupon: Coupon, issued_at: str, voided: Mapping[str, datetime]) -> Coupon:
    """Void, if its template's coupons are, and it was issued in time for that."""
    until = voided.get(coupon.template)
    if until is None or coupon.state != CouponState.UNUSED or datetime.fromisoformat(issued_at) >= until:
        return coupon
    return replace(coupon, state=CouponState.VOID.value)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
