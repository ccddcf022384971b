"""What is left of an offer as it stands now: run state, stops, stock, limits and budget used. All pure numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Usage:
    """The numbers of one offer for one customer, at one moment; the default is an unused, running offer.

    `blocked` is "" or the reason code that keeps the whole offer from applying (paused, sold_out,
    budget_exhausted, ended, ...) with `blocked_numbers` behind it. `sold_units` / `sold_by_sku` are held plus
    paid units within the span that stock counts over; `spent_amount` is held plus spent budget; `customer_*`
    count this customer's held and paid units and orders within the limit's span, `today_*` within the calendar
    day. `stock_total`, `stock_per_sku` and `budget_amount`, where given, replace what the offer says (lowered,
    or raised by revision). `coupons_left` says how many coupons of a template can still be given as a reward, where
    that is limited.
    """

    blocked: str = ""
    blocked_numbers: Mapping[str, object] = field(default_factory=dict)
    stopped_skus: frozenset[str] = frozenset()
    sold_units: int = 0
    sold_by_sku: Mapping[str, int] = field(default_factory=dict)
    held_units: int = 0
    spent_amount: int = 0
    customer_units: int = 0
    customer_sku_units: Mapping[str, int] = field(default_factory=dict)
    customer_orders: int = 0
    today_units: int = 0
    today_orders: int = 0
    total_orders: int = 0
    stock_total: int | None = None
    stock_per_sku: Mapping[str, int] = field(default_factory=dict)
    budget_amount: int | None = None
    coupons_left: Mapping[str, int] = field(default_factory=dict)


UNUSED = Usage()
