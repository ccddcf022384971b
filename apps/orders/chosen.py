"""The coupons that a price was made with, on their way into the order: held, codes claimed first; how they are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.core.errors import Refused
from apps.coupons.codes_text import TAIL
from apps.coupons.services import redeeming
from apps.coupons.services.codes.claiming import claim_codes
from apps.coupons.services.redeeming import CouponTakenError
from apps.coupons.services.rewards import Reward
from apps.coupons.terms import Template
from apps.orders.carried import Carried
from apps.pricing.quote import Quote


@dataclass(slots=True)
class Chosen:
    """`own` are coupons of the customer, `presented` open codes, each by its name in the cart with its discount.

    `ids` has the coupons that codes became; `rows` the keys of the customer's own, chosen or not.
    """

    carried: Carried
    own: dict[str, int] = field(default_factory=dict)
    presented: dict[str, int] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, quote: Quote, carried: Carried) -> Chosen:
        chosen = cls(carried)
        for used in quote.used:
            if used.coupon is not None:
                place = chosen.presented if used.coupon.id in carried.codes else chosen.own
                place[used.coupon.id] = used.discount
        return chosen

    def hold_own(self, order: str, customer: str | None) -> None:
        """Raises CouponTakenError."""
        if self.own:
            rows = self.carried.rows
            wanted = [(rows[name].id, discount) for name, discount in self.own.items()]
            redeeming.hold(order=order, customer=customer or "", coupons=wanted)

    def claim_presented(
        self, order: str, customer: str | None, shop: str | None, templates: Mapping[str, Template]
    ) -> None:
        """Codes become coupons, held by the order at once. What cannot be claimed any more raises CouponTakenError."""
        if not self.presented:
            return
        try:
            claimed = claim_codes(
                presented=list(self.presented),
                customer=customer or "",
                shop=shop,
                seen=self.carried.codes,
                templates=templates,
            )
        except Refused as refused:
            raise CouponTakenError from refused
        self.ids = {one.presented: one.coupon.code for one in claimed}
        wanted = [(one.coupon.id, self.presented[one.presented]) for one in claimed]
        redeeming.hold(order=order, customer=customer or "", coupons=wanted)

    def named(self, answer: dict[str, Any]) -> dict[str, Any]:
        """The answer with the coupons that codes became."""
        return _renamed(answer, self.ids) if self.ids else answer

    def kept(self, document: dict[str, Any]) -> dict[str, Any]:
        """A request or answer as it may be stored: of what is no coupon, and so may be a code, only the end."""
        names = document.get("coupons")
        if not names or names == "auto":
            return document
        told = [name if isinstance(name, str) else name["coupon"] for name in names]
        known = {*self.carried.rows, *self.ids.values()}
        hidden = {name: self.ids.get(name, f"…{name[-TAIL:]}") for name in told if name not in known}
        return _renamed(document, hidden) if hidden else document


def _renamed(document: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """A request or an answer with other names for these coupons."""
    changed = dict(document)
    if "coupons" in document:
        changed["coupons"] = [
            names.get(one, one)
            if isinstance(one, str)
            else {**one, "coupon": names.get(one["coupon"], one["coupon"])}
            for one in document["coupons"]
        ]
    for part in ("offers", "not_applied"):
        if part in document:
            changed[part] = [
                {**one, "coupon": names.get(one["coupon"], one["coupon"])} for one in document[part]
            ]
    if document.get("prefer"):
        changed["prefer"] = [names.get(one, one) for one in document["prefer"]]
    return changed


def rewards_of(quote: Quote) -> list[Reward]:
    """The coupons that the order will give."""
    return [
        Reward(one.offer.code, one.template, one.quantity)
        for one in quote.rewards
        if one.template is not None and not one.refusal
    ]
