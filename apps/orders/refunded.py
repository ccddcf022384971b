"""What a refund is told as: its answer, and the ledger's word on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from apps.orders import given_back, recall
from apps.orders.entries import ledger_row
from apps.orders.given_back import CouponsBack
from apps.orders.models import LedgerEvent, LedgerWhat, Order, OrderUse
from apps.orders.restock import Back
from apps.orders.reversal import Returned, Reversal, shares_reversed
from apps.orders.terms import borne, borne_of_first


def answer_of(
    order: Order,
    code: str,
    total: int,
    reversal: Reversal,
    recalled: Sequence[recall.Recalled],
    coupons: CouponsBack,
) -> dict[str, Any]:
    gifts: dict[str, int] = {}
    for gone in recalled:
        for sku, quantity in gone.gifts.items():
            gifts[sku] = gifts.get(sku, 0) + quantity
    return {
        "refund": code,
        "order": order.code,
        "state": order.state,
        "refund_total": total,
        "shipping": reversal.shipping,
        "lines": [_line(one) for one in reversal.returned],
        "adjustments": [{"line": line, "amount": amount} for line, amount in reversal.adjusted],
        "coupons": [{"coupon": coupon, "state": state.value} for coupon, state in coupons.states],
        "rewards": [row for gone in recalled for row in _reward_answers(gone, coupons)],
        "gifts": [{"sku": sku, "quantity": quantity} for sku, quantity in gifts.items()],
        "clawback": coupons.clawback,
    }


def _line(one: Returned) -> dict[str, Any]:
    return {
        "line": one.line,
        "segment": one.segment,
        "units": one.result.units,
        "amount": one.result.amount,
        "shares": [{"offer": offer, "amount": amount} for offer, amount in one.result.shares],
    }


def _reward_answers(gone: recall.Recalled, coupons: CouponsBack) -> list[dict[str, Any]]:
    rows = given_back.reward_answers(gone.offer, coupons.of(gone.offer), coupons)
    if gone.points:
        rows.append({"offer": gone.offer, "kind": "points", "quantity": gone.points, "recalled": True})
    return rows


def entries_of(
    reversal: Reversal,
    recalled: Iterable[recall.Recalled],
    uses: Mapping[str, OrderUse],
    back: Mapping[str, Back],
    coupons: CouponsBack,
) -> list[dict[str, Any]]:
    """The ledger's word on the refund: shares by bearer, money, rewards."""
    entries: list[dict[str, Any]] = []
    refund, payment = LedgerEvent.REFUND, LedgerWhat.PAYMENT
    for one in reversal.returned:
        where = {"line": one.line, "segment": one.segment, "sku": one.sku}
        whole = dict(one.before.shares_of_first(one.before.units))
        for offer, (before, after) in shares_reversed(one).items():
            said = {**where, "offer": offer, "version": uses[offer].version, "restocked": offer in back}
            entries += _reversed(said, whole[offer], before, after, uses[offer], one.result.units)
        entries.append(ledger_row(refund, payment, amount=one.result.amount, **where))
    for line, amount in reversal.adjusted:
        entries.append(ledger_row(LedgerEvent.ADJUST, payment, line=line, amount=amount))
    if reversal.shipping:
        entries.append(ledger_row(refund, LedgerWhat.SHIPPING, amount=reversal.shipping))
    for gone in recalled:
        said = {"offer": gone.offer, "version": uses[gone.offer].version, "restocked": gone.offer in back}
        for sku, quantity in gone.gifts.items():
            entries.append(ledger_row(LedgerEvent.RECALL, LedgerWhat.GIFT, sku=sku, units=quantity, **said))
        for template, taken in coupons.of(gone.offer).items():
            if taken.back:
                which = {"sku": template, "units": taken.back}
                entries.append(ledger_row(LedgerEvent.RECALL, LedgerWhat.COUPON, **which, **said))
        if gone.points:
            entries.append(ledger_row(LedgerEvent.RECALL, LedgerWhat.POINTS, units=gone.points, **said))
    if coupons.clawback:
        entries.append(ledger_row(refund, LedgerWhat.CLAWBACK, amount=coupons.clawback))
    return entries


def _reversed(
    said: Mapping[str, Any], whole: int, before: int, after: int, use: OrderUse, units: int
) -> list[dict[str, Any]]:
    """One share's reversal, split over its bearers so that all reversals together are what each had borne."""
    parts = borne(whole, [(party, bps) for party, bps in use.terms.get("bearers", ())])
    earlier, now = borne_of_first(parts, before), borne_of_first(parts, after)
    rows = []
    for (party, amount), (_party, was) in zip(now, earlier, strict=True):
        rows.append(
            ledger_row(
                LedgerEvent.REFUND, LedgerWhat.SHARE, units=units, amount=amount - was, bearer=party, **said
            )
        )
        units = 0
    return rows
