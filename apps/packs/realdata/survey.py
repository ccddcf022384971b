"""One pass over the sales: prices per product, and per campaign what its shoppers did with its goods."""

from collections import defaultdict
from collections.abc import Container
from dataclasses import dataclass, field
from datetime import date

from apps.pricing.money import half_up

from .baskets import by_basket, store_time
from .rows import Campaign, Redemption, Sale, Source
from .units import read_units


@dataclass
class Facts:
    """What the sales say of one campaign, while it ran, in the baskets of the households that it targeted."""

    card_rates_bps: list[int] = field(default_factory=list)  # the card's discount, per line that had one
    basket_amounts: list[int] = field(default_factory=list)  # shelf total of the campaign's goods, per basket
    basket_units: list[int] = field(default_factory=list)  # units of them, per basket
    coupon_amounts: list[int] = field(default_factory=list)  # what its coupons took off, per redeemed line
    coupon_spends: list[int] = field(default_factory=list)  # the shelf total of those lines


@dataclass
class Survey:
    prices: dict[int, list[int]]  # unit prices above 0, per product
    orders: dict[int, int]  # baskets, per household
    facts: dict[int, Facts]
    redemptions_seen: int  # redemptions whose reduced line was found


class Targets:
    """Who was targeted by what and when, laid out for look-ups per line."""

    def __init__(self, source: Source) -> None:
        by_code = {campaign.campaign: campaign for campaign in source.campaigns}
        known = {product.product for product in source.products}
        self.goods: dict[int, set[int]] = defaultdict(set)
        coupon_goods: dict[tuple[int, int], set[int]] = defaultdict(set)
        for pair in source.coupons:
            if pair.product in known:
                self.goods[pair.campaign].add(pair.product)
                coupon_goods[pair.campaign, pair.coupon].add(pair.product)
        self.campaigns: dict[int, list[Campaign]] = defaultdict(list)
        for member in sorted(set(source.members)):
            self.campaigns[member.household].append(by_code[member.campaign])
        self.redeemed: dict[tuple[int, date], list[tuple[Redemption, set[int]]]] = defaultdict(list)
        for redemption in source.redemptions:
            goods = coupon_goods[redemption.campaign, redemption.coupon]
            self.redeemed[redemption.household, redemption.day].append((redemption, goods))

    def running(self, household: int, day: date) -> list[Campaign]:
        targeted = self.campaigns.get(household, ())
        return [row for row in targeted if row.first_day <= day <= row.last_day]


def survey(source: Source, measured: Container[int]) -> Survey:
    """Go through all sales once."""
    targets = Targets(source)
    facts = {campaign.campaign: Facts() for campaign in source.campaigns}
    prices: dict[int, list[int]] = defaultdict(list)
    orders: dict[int, int] = defaultdict(int)
    seen: set[Redemption] = set()
    for basket in by_basket(source.sales):
        household, day = basket[0].household, store_time(basket[0].at).date()
        orders[household] += 1
        for sale in basket:
            unit_price = read_units(sale, measured=sale.product in measured).unit_price
            if unit_price:
                prices[sale.product].append(unit_price)
        for campaign in targets.running(household, day):
            _note_shopping(facts[campaign.campaign], basket, targets.goods[campaign.campaign])
        for redemption, goods in targets.redeemed.get((household, day), ()):
            if _note_redemption(facts[redemption.campaign], basket, goods):
                seen.add(redemption)
    return Survey(prices=dict(prices), orders=dict(orders), facts=facts, redemptions_seen=len(seen))


def _note_shopping(facts: Facts, basket: list[Sale], goods: set[int]) -> None:
    lines = [sale for sale in basket if sale.product in goods and sale.quantity > 0 and sale.gross_amount > 0]
    if not lines:
        return
    facts.basket_amounts.append(sum(sale.gross_amount for sale in lines))
    facts.basket_units.append(sum(sale.quantity for sale in lines))
    for sale in lines:
        if sale.retail_disc_amount:
            facts.card_rates_bps.append(half_up(sale.retail_disc_amount * 10_000, sale.gross_amount))


def _note_redemption(facts: Facts, basket: list[Sale], goods: set[int]) -> bool:
    lines = [sale for sale in basket if sale.product in goods and sale.coupon_disc_amount > 0]
    for sale in lines:
        facts.coupon_amounts.append(sale.coupon_disc_amount)
        facts.coupon_spends.append(sale.gross_amount)
    return bool(lines)
