"""What is stored of a customer."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from apps.carts.bodies import Instant


class CustomerAnswer(Struct, forbid_unknown_fields=True):
    id: str
    member_level: int | None
    tags: list[str]
    registered_at: Instant | None
    region: str | None
    attributes: dict[str, Any]
    orders: int | None


class CustomerPut(Struct, forbid_unknown_fields=True):
    """Replaces all that is known; an absent `orders` keeps the stored number."""

    member_level: Annotated[int, Meta(ge=0, le=2**31 - 1)] | UnsetType | None = UNSET
    tags: list[Annotated[str, Meta(min_length=1, max_length=200)]] | UnsetType | None = UNSET
    registered_at: Instant | UnsetType | None = UNSET
    region: Annotated[str, Meta(max_length=200)] | UnsetType | None = UNSET
    attributes: dict[str, Any] | UnsetType | None = UNSET
    orders: Annotated[int, Meta(ge=0, le=2**31 - 1)] | UnsetType | None = UNSET
