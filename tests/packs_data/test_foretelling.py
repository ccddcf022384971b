"""Redemptions told from the weeks before a mailing: chances scaled to its length, times what they became before."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from apps.packs.realdata.foretelling import Foretold, foretell
from apps.packs.realdata.rows import Campaign, CouponProduct, Member, Redemption, Sale, Source

MILK, BREAD = 1, 2
NEW_YEAR = date(2017, 1, 1)


def test_a_mailing_is_foretold_by_those_that_were_over_and_by_nothing_later() -> None:
    """Given mailings in which 2, 1 and 3 of 4 chances became redemptions, then the next is told 2 of its 4."""
    campaigns = [_campaign(number, weeks=4 + 6 * number) for number in range(4)]
    sales = [sale for one in campaigns for sale in _eight_days_of_milk(one)]
    # Bread is on no coupon, a stranger got none, and after the beginning nothing is known yet.
    sales += [_sale(10, BREAD, date(2017, 1, 20)), _sale(99, MILK, date(2017, 1, 20))]
    sales += [_sale(10, MILK, campaigns[3].first_day)]
    redeemed = [(0, 2), (1, 1), (2, 3), (3, 4)]
    source = Source(
        products=[],
        demographics={},
        campaigns=campaigns,
        members=[Member(one.campaign, 10) for one in campaigns],
        coupons=[CouponProduct(one.campaign, 5, MILK) for one in campaigns],
        redemptions=[
            Redemption(code, 5, 10, campaigns[code].first_day)
            for code, count in redeemed
            for _i in range(count)
        ],
        sales=sales,
    )

    (found,) = foretell(source)

    assert found == Foretold(campaign=3, kind="A", learned=3, chances=4, expected=2, low=1, high=3, actual=4)
    assert not found.inside


def _campaign(number: int, weeks: int) -> Campaign:
    first = NEW_YEAR + timedelta(weeks=weeks)
    return Campaign(number, "A", first, first + timedelta(days=13))


def _eight_days_of_milk(campaign: Campaign) -> list[Sale]:
    """In the four weeks before it: four chances in two."""
    return [_sale(10, MILK, campaign.first_day - timedelta(days=day)) for day in range(1, 9)]


def _sale(household: int, product: int, day: date) -> Sale:
    noon = datetime(day.year, day.month, day.day, 17, tzinfo=UTC)
    return Sale(household, int(noon.timestamp()), product, 1, 100, 0, 0, 0, int(noon.timestamp()))
