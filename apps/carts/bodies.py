"""The bodies that ask for prices, as typed structs: decoding fills them, the OpenAPI schema comes from them.

UNSET is a key that was not given. Null means the same, but is kept apart so that keys can be counted
(see decode.py).
"""

from __future__ import annotations

from typing import Annotated, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType

from apps.pricing.faults import MAX_AMOUNT

MAX_BODY = 1024 * 1024
MAX_LINES = 500
MAX_COUPONS = 200
MAX_QUANTITY = 9_999
MAX_UNITS = 100_000
MAX_SKUS = 500
MAX_PAYABLE = 2**53
MAX_WORD = 200  # characters of free texts: channels, terminals, regions, tags, risk marks
MAX_NAMES = 1_000  # entries of `prefer`, `tags` and `audiences`
MAX_LEVEL = 2**31 - 1
CODE_PATTERN = r"\A[!-.0-~]{1,64}\Z"

T = TypeVar("T")

# Python's `$` lets a newline pass, and JSON Schema knows no `\\Z`.
Code = Annotated[
    str,
    Meta(
        pattern=CODE_PATTERN,
        description="1-64 visible ASCII characters without `/`",
        extra_json_schema={"pattern": "^[!-.0-~]{1,64}$"},
    ),
]
Explain = Annotated[
    str,
    Meta(pattern=r"\A(none|reasons|full)\Z", extra_json_schema={"pattern": "^(none|reasons|full)$"}),
]
Word = Annotated[str, Meta(max_length=MAX_WORD)]
Text = Annotated[str, Meta(max_length=2_000)]
Amount = Annotated[int, Meta(ge=0, le=MAX_AMOUNT, description="minor units")]
Instant = Annotated[
    str, Meta(description="ISO 8601 with an offset", extra_json_schema={"format": "date-time"})
]


class LineBody(Struct, forbid_unknown_fields=True):
    line: Code
    sku: Code
    quantity: Annotated[int, Meta(ge=1, le=MAX_QUANTITY)]
    unit_price: Amount | UnsetType | None = UNSET


class CustomerBody(Struct, forbid_unknown_fields=True):
    """What the cart says of its customer; it replaces what is stored, for this call only."""

    id: Code | UnsetType | None = UNSET
    member_level: Annotated[int, Meta(ge=0, le=MAX_LEVEL)] | UnsetType | None = UNSET
    new: bool | UnsetType | None = UNSET
    tags: Annotated[list[Word], Meta(max_length=MAX_NAMES)] | UnsetType | None = UNSET
    audiences: Annotated[list[Code], Meta(max_length=MAX_NAMES)] | UnsetType | None = UNSET


class RiskBody(Struct, forbid_unknown_fields=True):
    """Opaque marks that only risk rules see."""

    device: Word | UnsetType | None = UNSET
    ip: Word | UnsetType | None = UNSET
    address_hash: Word | UnsetType | None = UNSET


class CartBody(Struct, forbid_unknown_fields=True):
    """A cart, to be priced or ordered."""

    currency: Text
    lines: Annotated[list[LineBody], Meta(max_length=MAX_LINES)]
    customer: Code | CustomerBody | UnsetType | None = UNSET
    channel: Word | UnsetType | None = UNSET
    terminal: Word | UnsetType | None = UNSET
    region: Word | UnsetType | None = UNSET
    shipping_fee: Amount | UnsetType | None = UNSET
    coupons: str | Annotated[list[Text], Meta(max_length=MAX_COUPONS)] | UnsetType | None = UNSET
    prefer: Annotated[list[Text], Meta(max_length=MAX_NAMES)] | UnsetType | None = UNSET
    risk: RiskBody | UnsetType | None = UNSET
    explain: Explain | UnsetType | None = UNSET


class QuoteBody(CartBody, forbid_unknown_fields=True):
    as_of: Instant | UnsetType | None = UNSET


class OrderBody(CartBody, forbid_unknown_fields=True, kw_only=True):
    """A cart to be held at its price. `order` is the shop's own id; `expected_payable` what the customer has seen."""

    order: Code
    expected_payable: Annotated[int, Meta(ge=0, le=MAX_PAYABLE)] | UnsetType | None = UNSET


class RefundLine(Struct, forbid_unknown_fields=True):
    """Units of a line to return; without `segment` the last segments go first."""

    line: Code
    quantity: Annotated[int, Meta(ge=1, le=MAX_QUANTITY)]
    segment: Annotated[int, Meta(ge=0, le=MAX_UNITS)] | UnsetType | None = UNSET


class Adjustment(Struct, forbid_unknown_fields=True):
    """Money of a line to pay back without units."""

    line: Code
    amount: Annotated[int, Meta(ge=1, le=MAX_PAYABLE)]


class RefundBody(Struct, forbid_unknown_fields=True):
    """What of a paid order goes back: some units, shipping, adjustments, or `all` that is left.

    Without a word on whose fault it was it counts as the customer's, who then gains nothing by it.
    """

    refund: Code
    fault: (
        Annotated[
            str,
            Meta(pattern=r"\A(customer|merchant)\Z", extra_json_schema={"pattern": "^(customer|merchant)$"}),
        ]
        | UnsetType
        | None
    ) = UNSET
    lines: Annotated[list[RefundLine], Meta(max_length=MAX_LINES)] | UnsetType | None = UNSET
    shipping: Annotated[int, Meta(ge=0, le=MAX_PAYABLE)] | UnsetType | None = UNSET
    adjust: Annotated[list[Adjustment], Meta(max_length=MAX_LINES)] | UnsetType | None = UNSET
    all: bool | UnsetType | None = UNSET
    reason: Text | UnsetType | None = UNSET


class CancelBody(Struct, forbid_unknown_fields=True):
    reason: Word | UnsetType | None = UNSET
    fault: (
        Annotated[
            str,
            Meta(pattern=r"\A(customer|merchant)\Z", extra_json_schema={"pattern": "^(customer|merchant)$"}),
        ]
        | UnsetType
        | None
    ) = UNSET


class PayBody(Struct, forbid_unknown_fields=True):
    """Nothing is asked: `{}`."""


class PricesBody(Struct, forbid_unknown_fields=True):
    currency: Text
    skus: Annotated[list[Code], Meta(max_length=MAX_SKUS)]
    customer: Code | CustomerBody | UnsetType | None = UNSET
    channel: Word | UnsetType | None = UNSET
    terminal: Word | UnsetType | None = UNSET
    region: Word | UnsetType | None = UNSET
    as_of: Instant | UnsetType | None = UNSET


def given(value: T | UnsetType | None) -> T | None:
    """The value, or None for a key that is absent or null."""
    return None if value is UNSET else value
