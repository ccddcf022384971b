"""What the page of an order shows: each line from its list price to what was paid and what has come back since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.catalog.models import Sku
from apps.core.clock import database_now
from apps.orders.admin.timeline import timeline
from apps.orders.models import Order, OrderSegment, Refund
from apps.orders.reversal import paid_segment
from apps.orders.simulator.waterfall import names_of, waterfall
from apps.pricing.refund import PaidSegment


@dataclass(frozen=True, slots=True)
class Part:
    """One segment of a line as it stands: what was paid, what is back, what its units left still pay back."""

    row: OrderSegment
    paid: PaidSegment
    steps: Sequence[Any]

    @property
    def list_amount(self) -> int:
        return self.row.units * self.row.list_price_amount

    @property
    def units_left(self) -> int:
        return self.row.units - self.row.returned


@dataclass(frozen=True, slots=True)
class Line:
    line: str
    sku: str
    name: str
    parts: Sequence[Part]
    adjusted: int

    @property
    def units(self) -> int:
        return sum(part.row.units for part in self.parts)

    @property
    def list_amount(self) -> int:
        return sum(part.list_amount for part in self.parts)

    @property
    def net_amount(self) -> int:
        return sum(part.paid.net for part in self.parts)

    @property
    def left_amount(self) -> int:
        """What may still be paid back, by units or by adjustment."""
        return sum(part.paid.left for part in self.parts)

    @property
    def units_left(self) -> int:
        return sum(part.units_left for part in self.parts)


def lines_of(order: Order, refunds: Iterable[Refund], shown: Sequence[Mapping[str, Any]]) -> list[Line]:
    """`shown` are the lines of the order's waterfall, whose segments are the rows in order."""
    rows: dict[str, list[OrderSegment]] = {}
    for row in order.segments.order_by("line_number", "number"):
        rows.setdefault(row.line, []).append(row)
    adjusted: Counter[str] = Counter()
    for refund in refunds:
        for one in refund.answer["adjustments"]:
            adjusted[one["line"]] += one["amount"]
    return [
        Line(
            line["line"],
            line["sku"],
            line["name"],
            [
                Part(row, paid_segment(row), segment["steps"])
                for row, segment in zip(rows[line["line"]], line["segments"], strict=True)
            ],
            adjusted[line["line"]],
        )
        for line in shown
    ]


def shipping_left(order: Order) -> int:
    paid = order.shipping_fee_amount - order.shipping_discount_amount
    return paid - order.refunded_shipping_amount


def page_of(order: Order) -> dict[str, Any]:
    """All that the page shows, but what this person may do."""
    refunds = list(order.refunds.order_by("id"))
    result = waterfall(order.quote)
    lines = lines_of(order, refunds, result.lines)
    uses = list(order.uses.order_by("id"))
    names = names_of([use.offer for use in uses])
    now = database_now()
    return {
        "order": order,
        "result": result,
        "lines": lines,
        "names": names,
        "skus": {line.line: line.sku for line in lines},
        "shipping_paid": order.shipping_fee_amount - order.shipping_discount_amount,
        "shipping_steps": _shipping_steps(result.answer),
        "refunds": refunds,
        "refunded_total": order.refunded_amount + order.refunded_shipping_amount,
        "rewards": rewards_of(order, names),
        "missing": _not_granted(order.quote),
        "moments": timeline(order, refunds, now),
        "lapsed": order.state == "held" and now >= order.held_until,
        "uses": [{"use": use, "name": names.get(use.offer, use.offer)} for use in uses],
    }


def _shipping_steps(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [entry for entry in answer["offers"] if entry["layer"] == "shipping"]


def rewards_of(order: Order, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """What each offer gave besides money, and how much of it the customer still has."""
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    for gift in order.quote["gifts"]:
        _add(rows, gift, "gift", gift["sku"])
    for coupon in order.quote["rewards"]["coupons"]:
        _add(rows, coupon, "coupon", coupon["template"])
    for reward in order.rewards:
        kept = {("gift", sku): n for sku, n in reward["gifts"].items()}
        kept |= {("coupon", template): n for template, n in reward["coupons"].items()}
        for (kind, code), quantity in kept.items():
            row = rows.get((reward["offer"], kind, code))
            if row is not None:
                row["kept"] = quantity
    points = order.quote["rewards"]["points"]
    if points:
        kept_points = sum(reward["points"] for reward in order.rewards)
        row = {"offer": "", "kind": "points", "code": "", "given": points, "kept": kept_points}
        rows["", "points", ""] = row
    gifts = [code for _offer, kind, code in rows if kind == "gift"]
    goods = dict(Sku.objects.filter(code__in=gifts).values_list("code", "name"))
    return [
        {**row, "name": goods.get(row["code"], ""), "by": names.get(row["offer"], row["offer"])}
        for row in rows.values()
    ]


def _add(
    rows: dict[tuple[str, str, str], dict[str, Any]], given: Mapping[str, Any], kind: str, code: str
) -> None:
    if given.get("granted", True):
        row = {"offer": given["offer"], "kind": kind, "code": code, "given": 0, "kept": 0}
        rows.setdefault((given["offer"], kind, code), row)["given"] += given["quantity"]


def _not_granted(quote: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rewards that could not be given: `code` is the gift's SKU or the coupon's template."""
    return [
        {**one, "code": one.get("sku") or one.get("template")}
        for one in (*quote["gifts"], *quote["rewards"]["coupons"])
        if not one.get("granted", True)
    ]
