"""What is priced: a cart with its lines, its customer and where it comes from. Amounts are minor units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Sku:
    """What the catalogue says of a SKU. `category_path` runs from the root to the leaf; `excluded_from`
    holds "activities" and / or "coupons", its own and its categories' together; `min_price` is 0 where there
    is none."""

    sku: str
    shop: str = ""
    category_path: tuple[str, ...] = ()
    brand: str = ""
    tags: frozenset[str] = frozenset()
    price: int = 0
    min_price: int = 0
    excluded_from: frozenset[str] = frozenset()
    #: what it should not sell below, 0 where nobody says; it changes no price
    floor_price: int = 0


@dataclass(frozen=True, slots=True)
class CartLine:
    """Some units of one SKU. `facts` is None for a SKU that the catalogue does not know: it is in no offer's scope."""

    line: str
    sku: str
    quantity: int
    unit_price: int
    facts: Sku | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    """Who buys, as far as is known: `new` None means unknown, which is not new. `audiences` are those they
    belong to."""

    id: str | None = None
    member_level: int | None = None
    new: bool = False
    audiences: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Coupon:
    """A coupon that the customer holds (or an open code presented): `state` as in the wallet, validity half
    open.

    `id` is what the cart names, `code` a claimed code; both empty bounds mean always valid.
    """

    id: str
    template: str
    state: str = "unused"
    valid_from: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Cart:
    """`coupons` is "auto" (all of the wallet), or the ids to use (no others); `prefer` are offer codes or
    coupon ids."""

    currency: str
    lines: tuple[CartLine, ...]
    customer: Customer | None = None
    channel: str | None = None
    terminal: str | None = None
    region: str | None = None
    shipping_fee: int = 0
    coupons: str | tuple[str, ...] = AUTO
    prefer: tuple[str, ...] = ()
