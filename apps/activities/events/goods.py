"""The SKUs that the drafts of an event name: what they cost today, what they cost then, what a draft makes of that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from apps.activities.events.members import ACTIVITY, Member
from apps.activities.events.prices_then import Changes, changes_since, price_at
from apps.catalog.models import Sku
from apps.catalog.models.exclusions import ExcludedFrom
from apps.catalog.selectors import portal
from apps.offers.compile import compile_activity
from apps.pricing.kinds.item import ItemKind
from apps.pricing.money import format_money
from apps.pricing.offer import Offer

Told = tuple[str, str, str]


@dataclass(frozen=True)
class Price:
    listed: int
    floor: int | None
    minimum: int
    closed: bool


@dataclass(frozen=True)
class Goods:
    """Everything about all SKUs named, read at once; amounts come out as people read them."""

    prices: Mapping[str, Price]
    changes: Changes
    offers: Mapping[str, Offer]
    currency: str

    def below_floor(self, member: Member) -> list[Told]:
        found = []
        for code, price, asked in self._asked(member):
            unit = max(asked, price.minimum)
            if price.floor is not None and unit < price.floor:
                found.append((code, self._money(unit), self._money(price.floor)))
        return found

    def not_cheaper(self, member: Member) -> list[Told]:
        return [
            (code, self._money(asked), self._money(price.listed))
            for code, price, asked in self._asked(member)
            if asked >= price.listed
        ]

    def price_changed(self, member: Member) -> list[Told]:
        """Against the list price when somebody last stood by the original."""
        if member.copied is None:
            return []
        found = []
        for code in self._named(member):
            then, price = price_at(self.changes, code, member.copied.source_at), self.prices.get(code)
            if then is not None and price is not None and then != price.listed:
                found.append((code, self._money(then), self._money(price.listed)))
        return found

    def excluded(self, member: Member) -> list[str]:
        return [code for code in self._named(member) if code in self.prices and self.prices[code].closed]

    def _named(self, member: Member) -> list[str]:
        offer = self.offers.get(member.key)
        return [] if offer is None else named_by(offer)

    def _asked(self, member: Member) -> Iterator[tuple[str, Price, int]]:
        """SKUs with what one unit costs by this draft alone."""
        offer = self.offers.get(member.key)
        if offer is None or not isinstance(offer.kind, ItemKind):
            return
        for code in named_by(offer):
            price = self.prices.get(code)
            asked = None if price is None else offer.kind.reduced(price.listed, code)
            if price is not None and asked is not None:
                yield code, price, max(asked, 0)

    def _money(self, amount: int) -> str:
        return format_money(amount, self.currency)


def named_by(offer: Offer) -> list[str]:
    """The SKUs that an offer names one by one."""
    return sorted((offer.narrowed or frozenset()) | offer.scope.named.skus)


def goods_of(members: Sequence[Member]) -> Goods:
    """Of the activities among `members`: one statement for today, one for what changed."""
    offers = {one.key: compile_activity(one.content) for one in members if one.document == ACTIVITY}
    codes = {code for offer in offers.values() for code in named_by(offer)}
    rows = Sku.objects.filter(pk__in=codes).values_list(
        "code", "price_amount", "floor_price_amount", "min_price_amount", "excluded_all"
    )
    prices = {
        code: Price(listed, floor, minimum or 0, ExcludedFrom.ACTIVITIES.value in excluded)
        for code, listed, floor, minimum, excluded in (rows if codes else ())
    }
    return Goods(prices, _changes(members, codes), offers, portal().currency)


def _changes(members: Iterable[Member], codes: Iterable[str]) -> Changes:
    instants = [one.copied.source_at for one in members if one.copied is not None]
    wanted = sorted(codes)
    return changes_since(wanted, min(instants)) if wanted and instants else {}
