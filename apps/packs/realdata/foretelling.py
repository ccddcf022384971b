"""How many coupons of a mailing are redeemed, told from what was known on its eve, and held against what happened.

*Chances* are days on which a household of the mailing bought goods of its coupons. Those of the four weeks before stand
for those of the mailing; how many of them become redemptions is what they became in the mailings that were over then.
The first mailings have nobody to learn from and get no forecast.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from .baskets import store_time
from .rows import Campaign, Source

BEFORE = timedelta(weeks=4)
#: mailings over by then from which a rate can be learned
LEAST = 3
HUNDREDTHS = 10_000


@dataclass(frozen=True, slots=True)
class Foretold:
    """`chances` are scaled to the length of the mailing; `low` and `high` are by the extremes of the rates learned."""

    campaign: int
    kind: str
    learned: int
    chances: int
    expected: int
    low: int
    high: int
    actual: int

    @property
    def inside(self) -> bool:
        return self.low <= self.actual <= self.high


def foretell(source: Source) -> list[Foretold]:
    """Every mailing with enough of them over before it, in the order of their beginnings."""
    chances = _chances(source)
    actual = Counter(redemption.campaign for redemption in source.redemptions)
    in_order = sorted(source.campaigns, key=lambda one: (one.first_day, one.campaign))
    found = []
    for campaign in in_order:
        before = [one for one in in_order if one.last_day < campaign.first_day and chances[one.campaign]]
        alike = [one for one in before if one.type == campaign.type]
        known = alike if len(alike) >= LEAST else before
        if len(known) >= LEAST and chances[campaign.campaign]:
            found.append(_foretold(campaign, known, chances, actual))
    return found


def _foretold(
    campaign: Campaign, known: Sequence[Campaign], chances: Counter[int], actual: Counter[int]
) -> Foretold:
    whole = sum(chances[one.campaign] for one in known)
    rates = [actual[one.campaign] * HUNDREDTHS // chances[one.campaign] for one in known]
    mine = chances[campaign.campaign]
    return Foretold(
        campaign.campaign,
        campaign.type,
        len(known),
        mine,
        mine * sum(actual[one.campaign] for one in known) // whole,
        mine * min(rates) // HUNDREDTHS,
        -(-mine * max(rates) // HUNDREDTHS),
        actual[campaign.campaign],
    )


def _chances(source: Source) -> Counter[int]:
    """Household and day count once a mailing; scaled from the days before it to its own length."""
    windows = {one.campaign: one for one in source.campaigns}
    goods: dict[int, set[int]] = defaultdict(set)
    for pair in source.coupons:
        goods[pair.product].add(pair.campaign)
    members: dict[int, set[int]] = defaultdict(set)
    for member in source.members:
        members[member.household].add(member.campaign)
    days: dict[int, set[tuple[int, date]]] = defaultdict(set)
    for sale in source.sales:
        meant = goods.get(sale.product, set()) & members.get(sale.household, set())
        if not meant:
            continue
        day = store_time(sale.at).date()
        for campaign in meant:
            first = windows[campaign].first_day
            if first - BEFORE <= day < first:
                days[campaign].add((sale.household, day))
    return Counter({code: _scaled(len(found), windows[code]) for code, found in days.items()})


def _scaled(count: int, campaign: Campaign) -> int:
    length = (campaign.last_day - campaign.first_day).days + 1
    return count * length // BEFORE.days
