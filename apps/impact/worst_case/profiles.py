"""The customers that offers tell apart: one for each set of offers that somebody could have at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from apps.pricing.cart import Cart, Customer
from apps.pricing.offer import Offer, Targeting

#: Where offers tell apart more than this, only those customers count whom no other has more offers than.
MOST_PROFILES = 64


@dataclass(frozen=True, slots=True)
class Profile:
    """Who buys and where; in every audience that offers name."""

    customer: Customer
    channel: str | None = None
    terminal: str | None = None
    region: str | None = None

    def dress(self, cart: Cart) -> Cart:
        return replace(
            cart, customer=self.customer, channel=self.channel, terminal=self.terminal, region=self.region
        )


def profiles(offers: Sequence[Offer]) -> list[Profile]:
    """A profile for every set of these offers that one customer is meant by."""
    return [profile for profile, _meant in meant(offers)]


def meant(offers: Sequence[Offer]) -> list[tuple[Profile, list[Offer]]]:
    """The same, each with those of the offers that it is meant by (unless something else speaks against one)."""
    found: dict[int, dict[str, Any]] = {(1 << len(offers)) - 1: {}}
    for name, values, means in _dimensions(offers):
        narrowed: dict[int, dict[str, Any]] = {}
        for bits, said in found.items():
            for value in values:
                left = sum(
                    1 << i for i, o in enumerate(offers) if bits >> i & 1 and means(o.targeting, value)
                )
                narrowed.setdefault(left, {**said, name: value})
        found = narrowed if len(narrowed) <= MOST_PROFILES else _largest(narrowed)
    audiences = frozenset(code for offer in offers for code in offer.targeting.audiences)
    return [
        (_profile(said, audiences), [offer for i, offer in enumerate(offers) if bits >> i & 1])
        for bits, said in found.items()
    ]


def _dimensions(
    offers: Sequence[Offer],
) -> list[tuple[str, Collection[Any], Callable[[Targeting, Any], bool]]]:
    """What offers look at, with the values they name and one that none names."""
    wanted = [offer.targeting for offer in offers]
    channels = {value for one in wanted for value in one.channels}
    terminals = {value for one in wanted for value in one.terminals}
    regions = {value for one in wanted for value in one.regions}
    levels = {value for one in wanted for value in one.member_levels}
    dimensions: list[tuple[str, Collection[Any], Callable[[Targeting, Any], bool]]] = [
        ("channel", channels, lambda t, v: not t.channels or v in t.channels),
        ("terminal", terminals, lambda t, v: not t.terminals or v in t.terminals),
        ("region", regions, lambda t, v: not t.regions or v in t.regions),
        ("level", levels, lambda t, v: not t.member_levels or v in t.member_levels),
        (
            "new",
            {True, False} if any(one.new_customers_only for one in wanted) else (),
            lambda t, v: v or not t.new_customers_only,
        ),
    ]
    return [
        (name, [*sorted(values), *([] if name == "new" else [None])], means)
        for name, values, means in dimensions
        if values
    ]


def _largest(found: dict[int, dict[str, Any]]) -> dict[int, dict[str, Any]]:
    return {
        bits: said
        for bits, said in found.items()
        if not any(bits != other and bits & other == bits for other in found)
    }


def _profile(said: dict[str, Any], audiences: frozenset[str]) -> Profile:
    customer = Customer(
        id="anybody", member_level=said.get("level"), new=bool(said.get("new")), audiences=audiences
    )
    return Profile(customer, said.get("channel"), said.get("terminal"), said.get("region"))
