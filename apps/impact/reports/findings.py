"""How a report keeps what was found: plain values, so that what an approver saw can be shown for years."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from apps.impact.loading import Guard
from apps.impact.worst_case import Worst
from apps.pricing.money import BPS

MOST_KEPT = 200


@dataclass(frozen=True, slots=True)
class Price:
    """The lowest price of a SKU: `amount` of `units` (minor units), the cart, the moment, the customer, the offers."""

    sku: str
    list_amount: int
    amount: int
    units: int
    floor: int | None
    cost: int | None
    as_of: str
    cart: list[list[Any]] = field(default_factory=list)
    profile: dict[str, Any] = field(default_factory=dict)
    stack: list[list[Any]] = field(default_factory=list)

    @property
    def unit_amount(self) -> int:
        return self.amount // self.units

    @property
    def below_cost(self) -> bool:
        return self.cost is not None and self.amount < self.cost * self.units

    @property
    def below_floor(self) -> bool:
        return self.floor is not None and self.amount < self.floor * self.units

    @property
    def depth_bps(self) -> int:
        """How much of the list price is gone, rounded down."""
        whole = self.list_amount * self.units
        return (whole - self.amount) * BPS // whole if whole else 0

    @property
    def names(self) -> list[str]:
        return [name or code for code, name, _amount, _coupon in self.stack]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def price_of(sku: str, list_amount: int, worst: Worst, guard: Guard | None) -> Price:
    """What was found for the first SKU of a class, said of this one."""
    customer = worst.profile.customer
    return Price(
        sku,
        list_amount,
        worst.amount,
        worst.units,
        guard.floor if guard else None,
        guard.cost if guard else None,
        worst.as_of.isoformat(),
        [[sku if code == worst.sku else code, units] for code, units in worst.cart],
        {
            "new": customer.new,
            "member_level": customer.member_level,
            "audiences": sorted(customer.audiences),
            "channel": worst.profile.channel,
            "terminal": worst.profile.terminal,
            "region": worst.profile.region,
        },
        [[share.offer, share.name, share.amount, share.coupon] for share in worst.stack],
    )


def worse_first(prices: list[Price]) -> list[Price]:
    """What loses the largest part of what it should bring first."""
    return sorted(
        prices, key=lambda one: (one.unit_amount * BPS // max(one.cost or 0, one.floor or 0, 1), one.sku)
    )
