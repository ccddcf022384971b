"""Prices carts with a pack alone: no database, no server, the same engine.

Limits, stocks and budgets start unused. A coupon is named `template:CODE` and taken as held once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from apps.audiences.rules import customer_fields, matches
from apps.carts.bodies import QuoteBody, given
from apps.carts.carts import cart_of, customer_id, said_of_customer
from apps.offers.compile import compile_activity, compile_template, instant
from apps.packs.document import PackDocument
from apps.pricing.book import OfferBook
from apps.pricing.cart import AUTO, Coupon, Customer, Sku
from apps.pricing.engine import price

Json = Mapping[str, Any]

HELD = "template:"
BOOK = "offline"
FIXED = "fixed"


class OfflinePack:
    """A pack compiled for pricing; it never changes, so it may be shared by any number of carts."""

    def __init__(self, document: PackDocument) -> None:
        self.currency = document.currency
        self.selection = document.selection or "best"
        templates = [compile_template(content) for content in document.templates]
        offers = [*map(compile_activity, document.activities), *templates]
        self.book = OfferBook.build(offers, version=BOOK)
        self.skus = sku_facts(document)
        self.coupons = {HELD + content["code"]: _coupon(content) for content in document.templates}
        self._wallet = tuple(self.coupons.values())
        self._customers = {row["id"]: row for row in document.customers}
        wanted = {code for offer in offers for code in offer.targeting.audiences}
        targeted = [audience for audience in document.audiences if audience["code"] in wanted]
        self._lists = _lists_by_customer(targeted)
        self._rules = [(audience["code"], audience["rule"]) for audience in targeted if audience["rule"]]

    def quote(self, body: QuoteBody) -> dict[str, Any]:
        """The quote of a checked body (see `apps.packs.carts`), in the API's shape."""
        as_of = datetime.fromisoformat(str(body.as_of))
        cart = cart_of(body, self.skus, self._customer(body))
        found = price(
            cart,
            self.book,
            as_of,
            wallet=self._held(cart.coupons),
            selection=self.selection,
            explain=given(body.explain) or "reasons",
        ).to_dict()
        return {"currency": found.pop("currency"), "as_of": found.pop("as_of"), "book": BOOK, **found}

    def _held(self, named: str | Sequence[str]) -> Sequence[Coupon]:
        """`auto` holds every template once, a list those that it names."""
        if named == AUTO:
            return self._wallet
        return [self.coupons[name] for name in dict.fromkeys(named) if name in self.coupons]

    def _customer(self, body: QuoteBody) -> Customer | None:
        if given(body.customer) is None:
            return None
        id_, said = customer_id(body), said_of_customer(body)
        stored = self._customers.get(id_) if id_ is not None else None
        new, level = given(said.new), given(said.member_level)
        if level is None and stored is not None:
            level = stored["member_level"]
        if new is None:
            new = stored is not None and not stored["orders"]
        return Customer(id_, level, new, self._audiences(id_, stored, body))

    def _audiences(self, id_: str | None, stored: Json | None, body: QuoteBody) -> frozenset[str]:
        """By list and by rule; what the cart gives replaces both."""
        said = said_of_customer(body)
        named = given(said.audiences)
        if named is not None:
            return frozenset(named)
        listed = self._lists.get(id_ or "", frozenset())
        if not self._rules:
            return listed
        known = None if stored is None else {**stored, "orders": stored["orders"] or 0}
        told = {
            "member_level": given(said.member_level),
            "tags": given(said.tags),
            "region": given(body.region),
        }
        fields = customer_fields(known, told)
        return listed | {code for code, rule in self._rules if matches(rule, fields)}


def sku_facts(document: PackDocument) -> dict[str, Sku]:
    """What pricing needs of each SKU: category paths from the root, exclusions of the whole path."""
    categories = {category["code"]: category for category in document.categories}
    paths: dict[str, tuple[str, ...]] = {}
    excluded: dict[str, frozenset[str]] = {}
    for code in categories:
        path = _path(code, categories)
        paths[code] = path
        excluded[code] = frozenset(owner for part in path for owner in categories[part]["excluded_from"])
    nothing: frozenset[str] = frozenset()
    return {
        row["sku"]: Sku(
            sku=row["sku"],
            shop=row["shop"] or "",
            category_path=paths.get(row["category"], ()),
            brand=row["brand"] or "",
            tags=frozenset(row["tags"]) if row["tags"] else nothing,
            price=row["price"],
            min_price=row["min_price"] or 0,
            excluded_from=excluded.get(row["category"], nothing) | frozenset(row["excluded_from"]),
        )
        for row in document.skus
    }


def _path(code: str | None, categories: Mapping[str, Json]) -> tuple[str, ...]:
    path = []
    while code is not None:
        path.append(code)
        code = categories[code]["parent"]
    return tuple(reversed(path))


def _coupon(content: Json) -> Coupon:
    """Held once: a relative validity covers any instant, a fixed one is looked at."""
    validity = content["validity"] or {}
    fixed = validity.get("mode") == FIXED
    return Coupon(
        id=HELD + content["code"],
        template=content["code"],
        valid_from=instant(validity["from"]) if fixed else None,
        valid_until=instant(validity["until"]) if fixed else None,
    )


def _lists_by_customer(audiences: Sequence[Json]) -> dict[str, frozenset[str]]:
    by_customer: defaultdict[str, set[str]] = defaultdict(set)
    for audience in audiences:
        for member in audience["members"]:
            by_customer[member].add(audience["code"])
    return {member: frozenset(codes) for member, codes in by_customer.items()}
