"""Pricing a cart: the normative rules as a table of contents.

`price(cart, book, as_of)` is pure: no clock, no database, no settings. The quote of the storefront, the order,
the simulator, the patrol, the forecast and the offline command all come from here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from apps.pricing.book import OfferBook
from apps.pricing.cart import Cart, Coupon
from apps.pricing.eligibility import find_candidates
from apps.pricing.explain import explain_unused
from apps.pricing.grouping import interacting_groups
from apps.pricing.offer import Offer
from apps.pricing.quote import Quote, compose
from apps.pricing.search import Search
from apps.pricing.sequence import Group
from apps.pricing.state import State
from apps.pricing.usage import Usage


def price(
    cart: Cart,
    book: OfferBook,
    as_of: datetime,
    *,
    usages: Mapping[str, Usage] | None = None,
    wallet: Sequence[Coupon] = (),
    selection: str = "best",
    explain: str = "reasons",
    reached: Mapping[Offer, int] | None = None,
) -> Quote:
    """The quote of a cart at an instant. Amounts in minor units.

    `usages` gives what is left of offers by code (an absent one is unused), `wallet` the customer's coupons and
    the open codes presented, `selection` is best or priority, `explain` none, reasons or full; `reached` may
    bring what `book.reaching` said of these lines.
    """
    if reached is None:
        reached = book.reaching(cart.lines)
    # Windows are in UTC, and comparing instants of one zone costs a fraction of comparing across two.
    found = find_candidates(cart, book, as_of.astimezone(UTC), usages or {}, wallet, reached)
    groups = [
        Group(g, cart.lines, cart.shipping_fee, found.one_shop) for g in interacting_groups(found.candidates)
    ]
    states: list[State] = []
    optimal, evaluations = True, 0
    for group in groups:
        if selection == "priority":
            states.append(group.in_order())
            continue
        search = Search(group)
        states.append(search.run())
        optimal = optimal and search.optimal
        evaluations += search.evaluations
    quote = compose(cart, as_of, found, states, optimal, evaluations)
    if explain != "none":
        explain_unused(quote, found, groups, states, full=explain == "full")
    return quote
