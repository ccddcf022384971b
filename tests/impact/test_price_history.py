"""The price history is written as prices change, whatever changes them, and read beside prices."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.activities import services
from apps.catalog.models import Portal, Sku
from apps.core.clock import database_now, frozen
from apps.impact.models import PaidLow, PriceSpan
from apps.impact.prices.following import follow_prices
from apps.impact.prices.paid import follow_payments
from apps.impact.prices.reading import history
from apps.orders.tasks import seal_ledger
from apps.storefront.services.keys import add_client, issue_key
from tests.activities.cast import approved, goods, hours, live
from tests.orders_life.shop import Shop

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


def test_prices_tell_the_lowest_of_seven_and_thirty_days_with_no_statement_more() -> None:
    now = database_now()
    PriceSpan.objects.all().delete()
    for price, starts, ends in ((5_000, 40, 31), (7_000, 31, 8), (8_000, 8, 6), (9_000, 6, None)):
        PriceSpan.objects.create(
            sku="A",
            list_amount=10_000,
            price_amount=price,
            starts_at=now - timedelta(days=starts),
            ends_at=None if ends is None else now - timedelta(days=ends),
        )
    shop = Shop(issue_key(client=add_client(name="shop"), scopes=["storefront"], actor=None).text)
    ask = {"currency": "CNY", "skus": ["A", "B"]}
    shop.post("prices", ask, idempotency=None)  # key and book are known by now
    with CaptureQueriesContext(connection) as captured:
        answer = shop.post("prices", ask, idempotency=None).json()
    assert len(captured) == 1
    assert [(one["sku"], one["lowest_7d"], one["lowest_30d"]) for one in answer["prices"]] == [
        ("A", 8_000, 7_000),
        ("B", None, None),
    ]
