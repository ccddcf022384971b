"""`limits`, `stock` and `budget`: how much of an offer there is, and who may have how much of it."""

from __future__ import annotations

from typing import Any

from apps.pricing.faults import Reader
from apps.pricing.kinds import Kind
from apps.pricing.offer import Span

UNIT_LIMITS = (
    "per_customer_units",
    "per_customer_sku_units",
    "per_order_units",
    "per_customer_per_day_units",
)
ORDER_LIMITS = ("per_customer_orders", "per_customer_per_day_orders", "total_orders")


def read_limits(owner: Reader, counts_units: bool, key: str = "limits") -> dict[str, Any]:
    """Each at least 1 or None; unit limits belong to the item layer."""
    reader = owner.child(key)
    limits: dict[str, Any] = {}
    for name in (*UNIT_LIMITS, *ORDER_LIMITS):
        limits[name] = reader.integer(name, minimum=1)
        if name in UNIT_LIMITS and not counts_units and reader.has(name):
            reader.fault(name, "item_layer", "belongs to the item layer")
    limits["per"] = _read_span(reader)
    reader.close()
    return limits


def read_stock(owner: Reader, counts_units: bool, kind: Kind | None, key: str = "stock") -> dict[str, Any]:
    """Units at the promotion price, in all and per SKU. Outside the item layer only gifts have a stock."""
    reader = owner.child(key)
    total = reader.integer("total")
    per_sku = reader.amounts("per_sku")
    span = _read_span(reader)
    reader.close()
    if not counts_units:
        if reader.has("total"):
            reader.fault("total", "item_layer", "belongs to the item layer")
        gifts = gift_skus(kind)
        for sku in sorted(per_sku):
            if kind is not None and sku not in gifts:
                reader.fault(f"per_sku.{sku}", "gifts_only", "outside the item layer only gifts have a stock")
    return {"total": total, "per_sku": per_sku, "per": span}


def read_budget(owner: Reader, key: str = "budget") -> dict[str, Any]:
    """The total discount that an activity may give."""
    reader = owner.child(key)
    budget = {
        "amount": reader.integer("amount", minimum=1),
        "stop_below": reader.integer("stop_below", default=0),
    }
    reader.close()
    return budget


def gift_skus(kind: Kind | None) -> set[str]:
    """The SKUs that an offer gives away."""
    return {gift.sku for tier in getattr(kind, "tiers", ()) for gift in tier.rewards.gifts}


def _read_span(reader: Reader) -> str:
    return reader.text("per", choices=tuple(Span)) or Span.ACTIVITY.value
