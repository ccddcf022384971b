"""The 27 mailings as offers: a coupon template and an activity each, on their goods for their households.

The data set tells goods, households and days, but no terms. These are medians of what happened (survey.py):

- the template takes off what a redeemed coupon took off, from the spend on the goods at which that happened;
- the activity has the depth of the card's discount on the goods. Type A (goods by the thousand, half of all
  households) asks for a basket's usual spend on them, type B prices each unit, type C asks for usual units.

A mailing without a redemption, or without a discounted line, takes the medians of its type, else of all.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from apps.pricing.money import half_up

from .catalog import lower_median
from .rows import STORE_TZ, Campaign
from .survey import Facts

DOLLAR = 100
WHOLE_PERCENT = 100  # bps
MAX_RATE = 5_000


class Terms(NamedTuple):
    coupon_off: int
    coupon_from: int
    rate_bps: int
    spend: int
    units: int
    borrowed: tuple[str, ...]  # the terms that the campaign's own sales could not tell


#: Term -> the list of Facts that it is the median of.
MEDIANS = {
    "coupon_off": "coupon_amounts",
    "coupon_from": "coupon_spends",
    "rate_bps": "card_rates_bps",
    "spend": "basket_amounts",
    "units": "basket_units",
}


def audience_code(campaign: Campaign) -> str:
    return f"campaign-{campaign.campaign:02d}"


def terms_of(campaign: Campaign, campaigns: Sequence[Campaign], facts: Mapping[int, Facts]) -> Terms:
    """The medians of the campaign, where it has any, else of its type, else of all, as round figures."""
    found, borrowed = {}, []
    for term, name in MEDIANS.items():
        own: Sequence[int] = getattr(facts[campaign.campaign], name)
        if not own:
            borrowed.append(term)
        found[term] = lower_median(own or _of_others(campaign, campaigns, facts, name))
    return Terms(
        coupon_off=found["coupon_off"],
        coupon_from=max(found["coupon_from"], found["coupon_off"]),
        rate_bps=min(max(half_up(found["rate_bps"], WHOLE_PERCENT), 1) * WHOLE_PERCENT, MAX_RATE),
        spend=-(-found["spend"] // DOLLAR) * DOLLAR,
        units=max(found["units"], 2),
        borrowed=tuple(borrowed),
    )


def _of_others(
    campaign: Campaign, campaigns: Iterable[Campaign], facts: Mapping[int, Facts], name: str
) -> list[int]:
    values = [(row.type, value) for row in campaigns for value in getattr(facts[row.campaign], name)]
    alike = [value for mailing, value in values if mailing == campaign.type]
    return alike or [value for _, value in values] or [DOLLAR]


def template_document(campaign: Campaign, goods: Sequence[int], terms: Terms) -> dict[str, Any]:
    """The mailing's coupon, valid while the mailing ran."""
    starts_at, ends_at = window(campaign)
    tier = {"at": terms.coupon_from, "benefit": {"amount_off": terms.coupon_off}}
    return {
        "code": f"coupon-{campaign.campaign:02d}",
        "name": f"Campaign {campaign.campaign} coupon ({campaign.type})",
        "issuer": "platform",
        "kind": "threshold",
        "params": {"metric": "amount", "tiers": [tier]},
        "scope": {"mode": "include", "skus": [str(product) for product in goods]},
        "validity": {"mode": "fixed", "from": starts_at, "until": ends_at},
        "targeting": {"audiences": [audience_code(campaign)]},
    }


def activity_document(campaign: Campaign, goods: Sequence[int], terms: Terms) -> dict[str, Any]:
    """The mailing's price, for the households that it went to, while it ran."""
    starts_at, ends_at = window(campaign)
    return {
        "code": f"activity-{campaign.campaign:02d}",
        "name": f"Campaign {campaign.campaign} ({campaign.type})",
        **_offer(campaign.type, terms),
        "starts_at": starts_at,
        "ends_at": ends_at,
        "scope": {"mode": "include", "skus": [str(product) for product in goods]},
        "targeting": {"audiences": [audience_code(campaign)]},
    }


def window(campaign: Campaign) -> tuple[str, str]:
    """From the first day's midnight to the midnight after the last day, on the stores' clock."""
    return _midnight(campaign.first_day), _midnight(campaign.last_day + timedelta(days=1))


def _offer(mailing: str, terms: Terms) -> dict[str, Any]:
    if mailing == "Type A":
        tier = {"at": terms.spend, "benefit": {"amount_off": half_up(terms.spend * terms.rate_bps, 10_000)}}
        params: dict[str, Any] = {"metric": "amount", "tiers": [tier]}
        return {"layer": "platform", "kind": "threshold", "params": params}
    if mailing == "Type C":
        tier = {"at": terms.units, "benefit": {"percentage_off": terms.rate_bps}}
        return {"layer": "platform", "kind": "threshold", "params": {"metric": "quantity", "tiers": [tier]}}
    return {"layer": "item", "kind": "percentage_off", "params": {"bps": terms.rate_bps}}


def _midnight(day: date) -> str:
    return datetime.combine(day, time(), STORE_TZ).isoformat()
