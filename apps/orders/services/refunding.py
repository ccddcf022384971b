"""The reverse way: units, adjustments, shipping paid back, shares reversed, rewards recalled, all at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from apps.carts.bodies import RefundBody, given
from apps.carts.decode import REFUNDS
from apps.core import outbox
from apps.orders import given_back, recall, risk
from apps.orders.crash import crash_point
from apps.orders.entries import ledger_row
from apps.orders.errors import OVER_REFUND, REFUND_EXISTS, UNKNOWN_LINE, OrderRefused
from apps.orders.given_back import CouponsBack
from apps.orders.lifecycle import OrderAction, OrderState
from apps.orders.models import LedgerEvent, LedgerWhat, Order, OrderSegment, OrderUse, Refund
from apps.orders.record import as_json
from apps.orders.restock import Back, give_counters, give_limits, restocking
from apps.orders.reversal import Returned, Reversal, UnknownLineError, reverse, shares_reversed
from apps.orders.services.settling import lock_order, require, write_entries
from apps.orders.terms import borne, borne_of_first
from apps.pricing.refund import OverRefund, PaidSegment

MERCHANT = "merchant"
UPDATE_SEGMENTS = """
UPDATE orders_ordersegment segment SET returned = now.returned, adjusted = now.adjusted
FROM json_to_recordset(%s::json) AS now(id bigint, returned int, adjusted jsonb) WHERE segment.id = now.id
"""


def read_refund(raw: bytes) -> RefundBody:
    return REFUNDS.read(raw)


def refund_order(*, code: str, shop: str | None, asked: RefundBody, foretold: bool = False) -> dict[str, Any]:
    """Pay back what is asked of a paid order; the answer to `POST .../refunds`. Call it inside a transaction.

    What is only `foretold` is taken back by the caller, and no matter for risk rules.
    Errors: unknown_order, wrong_state, refund_exists, unknown_line, over_refund, denied_by_risk.
    """
    order = lock_order(code, shop)
    require(order, OrderAction.REFUND)
    if order.refunds.filter(code=asked.refund).exists():
        raise OrderRefused(REFUND_EXISTS, _("The order has a refund with this id."))
    rows = list(order.segments.order_by("line_number", "number"))
    reversal = _reverse(order, rows, asked)
    uses = {use.offer: use for use in order.uses.all()}
    segments = [segment for line in reversal.lines.values() for segment in line]
    recalled = [gone for reward in order.rewards if (gone := recall.recall(reward, segments))]
    if not foretold:
        risk.admit_refund(order, rows, reversal, recalled, uses)
    ends = reversal.complete and order.state != OrderState.REFUNDED
    coupons = given_back.prepare(order, recalled, complete=ends)
    crash_point("coupons_locked")
    back = _going_back(reversal, recalled, restocking(uses.values()), segments)
    give_limits(order, back)
    given_back.carry_out(
        order,
        coupons,
        uses,
        by_merchant=asked.fault == MERCHANT,
        reason=f"{order.code} {asked.refund}",
    )
    crash_point("coupons_back")
    give_counters(order, back)
    crash_point("restocked")
    _write_segments(rows, reversal)
    coupons.keep_back(uses, reversal.goods_amount + reversal.shipping)
    refund = _write_refund(order, asked, reversal, recalled, coupons)
    write_entries(order, _entries(reversal, recalled, uses, back, coupons), refund.pk)
    crash_point("refunded")
    _write_order(order, reversal, recalled, coupons)
    outbox.publish(topic="order.refunded", subjects=[order.code], payload=refund.answer)
    return refund.answer


def _reverse(order: Order, rows: Sequence[OrderSegment], asked: RefundBody) -> Reversal:
    paid = order.shipping_fee_amount - order.shipping_discount_amount
    try:
        return reverse(asked, rows, paid - order.refunded_shipping_amount)
    except OverRefund as error:
        raise OrderRefused(OVER_REFUND, _("That is more than is left of the order.")) from error
    except UnknownLineError as error:
        raise OrderRefused(UNKNOWN_LINE, _("The order has no such line or segment."), status=422) from error


def _going_back(
    reversal: Reversal,
    recalled: Iterable[recall.Recalled],
    offers: frozenset[str],
    segments: Iterable[PaidSegment],
) -> dict[str, Back]:
    """What goes back to stock, limits and budget of the offers that take it."""
    back = {offer: Back() for offer in offers}
    for one in reversal.returned:
        for offer, amount in one.result.shares:
            if offer in back:
                back[offer].discount += amount
        item = one.before.item_offer
        if item in back:
            units = back[item].units
            units[one.sku] = units.get(one.sku, 0) + one.result.units
    for gone in recalled:
        if gone.offer in back:
            back[gone.offer].gifts = gone.gifts
    open_offers = {
        offer
        for segment in segments
        if segment.returned < segment.units
        for offer, _amount in segment.shares_of_first(segment.units)
    }
    for offer, of in back.items():
        of.whole = offer not in open_offers
    return back


def _write_segments(rows: Sequence[OrderSegment], reversal: Reversal) -> None:
    changed = [
        {"id": row.pk, "returned": now.returned, "adjusted": now.adjusted}
        for row, now in zip(rows, (s for line in reversal.lines.values() for s in line), strict=True)
        if (now.returned, now.adjusted) != (row.returned, tuple(map(tuple, row.adjusted)))
    ]
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(UPDATE_SEGMENTS, [as_json(changed)])


def _write_refund(
    order: Order,
    asked: RefundBody,
    reversal: Reversal,
    recalled: Sequence[recall.Recalled],
    coupons: CouponsBack,
) -> Refund:
    total = reversal.goods_amount + reversal.shipping - coupons.clawback
    order.state = (OrderState.REFUNDED if reversal.complete else OrderState.PARTIALLY_REFUNDED).value
    return Refund.objects.create(
        order=order,
        code=asked.refund,
        fault=asked.fault,
        reason=given(asked.reason) or "",
        total_amount=total,
        shipping_amount=reversal.shipping,
        clawback_amount=coupons.clawback,
        answer=_answer(order, asked.refund, total, reversal, recalled, coupons),
    )


def _answer(
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


def _entries(
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


def _write_order(
    order: Order, reversal: Reversal, recalled: Sequence[recall.Recalled], coupons: CouponsBack
) -> None:
    gone = {one.offer: one for one in recalled}
    Order.objects.filter(pk=order.pk).update(
        state=order.state,
        refunded_amount=order.refunded_amount + reversal.goods_amount,
        refunded_shipping_amount=order.refunded_shipping_amount + reversal.shipping,
        rewards=[
            recall.without(reward, gone[reward["offer"]], coupons.rows_of(reward["offer"]))
            if reward["offer"] in gone
            else reward
            for reward in order.rewards
        ],
    )
