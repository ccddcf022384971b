"""What pages show: activities and claim campaigns, live or to come."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from apps.carts.bodies import Instant
from apps.storefront.answers.money import Money


class Display(Struct, forbid_unknown_fields=True):
    """What customers see, in the language asked for."""

    title: str | None
    badge: str | None
    rules: str | None
    image: str | None
    link: str | None
    sort: int
    teaser: str


class Activity(Struct, forbid_unknown_fields=True):
    code: str
    kind: str
    layer: str
    name: str
    sentence: Annotated[str, Meta(description="absent as null while the offer is a secret")] | None
    display: Display
    starts_at: Instant
    ends_at: Instant
    status: Annotated[str, Meta(description="approved (coming) or live")]
    units_left: int | None
    prices: dict[str, Money] | UnsetType = UNSET
    units_left_by_sku: Annotated[dict[str, int], Meta(description="of the SKUs with a stock")] | UnsetType = (
        UNSET
    )
    units_waiting: (
        Annotated[
            int, Meta(description="when none is left: units that unpaid orders hold and that may come back")
        ]
        | UnsetType
    ) = UNSET


class PlacedActivity(Activity, forbid_unknown_fields=True, tag_field="type", tag="activity", kw_only=True):
    """An activity in a list with claim campaigns."""


class ClaimItem(Struct, forbid_unknown_fields=True):
    template: str
    quantity: int


class PlacedCampaign(Struct, forbid_unknown_fields=True, tag_field="type", tag="claim_campaign"):
    """A claim campaign that is open or to come; a claim gives all of its items."""

    code: str
    name: str
    items: list[ClaimItem]
    starts_at: Instant
    ends_at: Instant
    status: Annotated[str, Meta(description="approved (coming) or live")]


class Placed(Struct, forbid_unknown_fields=True):
    results: list[PlacedActivity | PlacedCampaign]
    next: str | None
