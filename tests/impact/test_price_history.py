"""The price history is written as prices change, whatever changes them, and read beside prices."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from apps.activities import services
from apps.catalog.models import Portal, Sku
from apps.core.clock import database_now, frozen
from apps.impact.models import PaidLow, PriceMark, PriceSpan
from apps.impact.prices.following import follow_prices
from apps.impact.prices.paid import follow_payments
from apps.impact.prices.reading import history
from tests.activities.cast import approved, goods, hours, live

pytestmark = pytest.mark.django_db
PLAIN: dict[str, Any] = {"stock": {}, "budget": {}}


@pytest.fixture(autouse=True)
def catalogue(db: None) -> None:
    Portal.objects.get_or_create(currency="CNY")
    goods()
    follow_prices()


def spans(sku: str = "A") -> list[tuple[int, int, bool]]:
    rows = PriceSpan.objects.filter(sku=sku).order_by("starts_at")
    return [(span.list_amount, span.price_amount, span.ends_at is None) for span in rows]


def test_list_prices_are_noted_when_they_change_and_only_then() -> None:
    assert spans() == [(10_000, 10_000, True)]
    assert follow_prices() == 0
    Sku.objects.filter(pk="A").update(price_amount=12_000)
    assert follow_prices() == 1
    assert spans() == [(10_000, 10_000, False), (12_000, 12_000, True)]
    first, second = PriceSpan.objects.filter(sku="A").order_by("starts_at")
    assert first.ends_at == second.starts_at


def test_approval_and_pause_change_the_promotion_price(ann: Any, cleo: Any) -> None:
    activity = live(ann, cleo, **PLAIN)
    follow_prices()
    services.pause(thing=activity, actor=ann, reason="wrong")
    follow_prices()
    assert spans() == [(10_000, 10_000, False), (10_000, 9_000, False), (10_000, 10_000, True)]


def test_a_session_between_two_looks_is_not_missed(ann: Any, cleo: Any) -> None:
    """Given an offer of an hour, when nobody looks until after its end, then both turns stand at their instants."""
    activity = approved(ann, cleo, **{**PLAIN, **hours(1, 2)})
    follow_prices()
    with frozen(database_now() + timedelta(hours=3)):
        assert follow_prices() == 4  # two SKUs, start and end
    rows = list(
        PriceSpan.objects.filter(sku="A").order_by("starts_at").values_list("price_amount", "starts_at")
    )
    assert [price for price, _at in rows] == [10_000, 9_000, 10_000]
    assert [at for _price, at in rows[1:]] == [activity.starts_at, activity.ends_at]


def test_the_lowest_price_paid_of_a_day_comes_from_sealed_payments(
    ann: Any, cleo: Any, settings: Any
) -> None:
    from apps.orders.tasks import seal_ledger
    from apps.storefront.services.keys import add_client, issue_key
    from tests.orders_life.shop import Shop

    key = issue_key(client=add_client(name="shop"), scopes=["storefront"], actor=None).text
    shop = Shop(key)
    shop.paid("o1")
    live(ann, cleo, **PLAIN)
    shop.paid("o2", 2)
    shop.held("o3")
    assert follow_payments() == 0  # nothing is sealed yet
    seal_ledger()
    assert follow_payments() > 0
    assert follow_payments() == 0
    assert list(PaidLow.objects.values_list("sku", "amount")) == [("A", 9_000)]


def test_thirty_days_are_told_day_by_day() -> None:
    now = database_now()
    PriceSpan.objects.filter(sku="A").delete()
    for price, starts, ends in ((8_000, 40, 20), (7_000, 20, 10), (9_000, 10, None)):
        PriceSpan.objects.create(
            sku="A",
            list_amount=10_000,
            price_amount=price,
            starts_at=now - timedelta(days=starts),
            ends_at=None if ends is None else now - timedelta(days=ends),
        )
    days = history("A", now)
    assert len(days) == 30
    assert (days[0].promotion, days[9].promotion, days[19].promotion, days[-1].promotion) == (
        8_000, 7_000, 7_000, 9_000,
    )  # fmt: skip
    assert {day.listed for day in days} == {10_000}


def test_two_looks_at_once_take_turns() -> None:
    """The mark's row is locked for the whole look: two of them never write the same stretch twice."""
    assert PriceMark.objects.count() == 1
    assert follow_prices() == 0
