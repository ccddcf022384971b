"""The reverse way: units, adjustments, shipping paid back, shares reversed, rewards recalled, all at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from apps.carts.bodies import RefundBody, given
from apps.carts.decode import REFUNDS
from apps.core import outbox
from apps.core.crash import crash_point
from apps.orders import given_back, recall, refunded, risk
from apps.orders.errors import OVER_REFUND, REFUND_EXISTS, UNKNOWN_LINE, OrderRefused
from apps.orders.given_back import CouponsBack
from apps.orders.lifecycle import OrderAction, OrderState
from apps.orders.models import Order, OrderSegment, Refund
from apps.orders.record import as_json
from apps.orders.restock import Back, give_counters, give_limits, restocking
from apps.orders.reversal import Reversal, UnknownLineError, reverse
from apps.orders.services.settling import lock_order, require, write_entries
from apps.pricing.refund import OverRefund, PaidSegment

CUSTOMER, MERCHANT = "customer", "merchant"
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
    write_entries(order, refunded.entries_of(reversal, recalled, uses, back, coupons), refund.pk)
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
        fault=given(asked.fault) or CUSTOMER,
        reason=given(asked.reason) or "",
        total_amount=total,
        shipping_amount=reversal.shipping,
        clawback_amount=coupons.clawback,
        answer=refunded.answer_of(order, asked.refund, total, reversal, recalled, coupons),
    )


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
