"""A segment: some units of one cart line that share a unit price and the offers applied to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apps.pricing.offer import Offer

Share = tuple["Offer", int]


class Segment:
    """Some units of a line: their unit price (minor units), each later offer's share, and what they stay open to.

    `layers` are the bits of the layers applied so far, `accepts` the layers that all of those offers stack with.
    `floor` is the SKU's `min_price` (0: none). Never changed after it is made: states share segments.
    """

    __slots__ = (
        "accepts",
        "floor",
        "item_offer",
        "layers",
        "line",
        "net",
        "shares",
        "sku",
        "unit_price",
        "units",
    )

    def __init__(
        self,
        line: int,
        sku: str,
        floor: int,
        units: int,
        unit_price: int,
        net: int,
        shares: tuple[Share, ...],
        layers: int,
        accepts: int,
        item_offer: Offer | None,
    ) -> None:
        self.line = line
        self.sku = sku
        self.floor = floor
        self.units = units
        self.unit_price = unit_price
        self.net = net
        self.shares = shares
        self.layers = layers
        self.accepts = accepts
        self.item_offer = item_offer

    @property
    def item_net(self) -> int:
        """The net right after the item layer."""
        return self.units * self.unit_price

    @property
    def room(self) -> int:
        """What later discounts may still take: net above units x min_price, never below 0."""
        room = self.net - self.units * self.floor
        return room if room > 0 else 0

    def __repr__(self) -> str:
        return f"Segment(line={self.line}, {self.units} x {self.unit_price}, net={self.net})"
