"""Coupon codes that a cart presents: which of them are open to this customer, in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

MOST_LOOKED_UP = 5


@dataclass(frozen=True, slots=True)
class OpenCode:
    """A code that may be claimed: of `batch` (its code), for one coupon of `template`, a template's code."""

    presented: str
    code_id: int
    batch: str
    batch_id: int
    template: str
    shared: bool
    tail: str


def open_codes(
    presented: Sequence[str],
    *,
    customer: str | None,
    now: datetime | None = None,
    shop: str | None = None,
    client: int | None = None,
    marks: Mapping[str, str | None] | None = None,
) -> Mapping[str, OpenCode]:
    """Those of `presented` that this customer could claim now, by the text presented; the rest is `unknown_coupon`.

    At most 5 are looked up, in their order. `client` is the API client, `marks` the cart's risk marks: entries that
    are no open code count to the throttle of these and of the customer, and beyond it, or without the cache, none is
    open. Writes nothing. Call it with what is left when the customer's own coupons are taken out; give `now` only
    when it is not the database's clock (a preview).
    """
    raise NotImplementedError
