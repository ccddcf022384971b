"""What was approved and how it stood at a past instant: versions, stops, pauses, ends; and an order priced there."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.activities import services
from apps.approvals import services as approvals
from apps.core.clock import database_now, frozen
from apps.core.errors import DomainError
from apps.orders.history import book_then, offers_then
from apps.orders.models import Order
from apps.orders.repricing import reprice
from tests.activities.cast import person
from tests.orders_life.shop import Shop, key, shop
from tests.storefront import fair

__all__ = ["key", "shop"]
pytestmark = pytest.mark.usefixtures("shop_fair")
HOUR = timedelta(hours=1)


def tiers(off: int) -> dict[str, Any]:
    return {"metric": "amount", "tiers": [{"at": 10_000, "benefit": {"amount_off": off}}]}


def running(moment: datetime) -> list[str]:
    return sorted(book_then(moment).offers.offers)


def test_the_version_approved_by_then_counts() -> None:
    """Given a version that replaced another an hour later, when each hour is asked, then each has its own."""
    ann, cleo = person("ann", "operator"), person("cleo", "approver")
    first = datetime.fromisoformat(fair.START) - timedelta(days=9)
    with frozen(first):
        activity = fair.publish(fair.activity("full", params=tiers(1_000)))
    with frozen(first + HOUR):
        draft = services.revise(thing=activity, actor=ann)
        content = {**draft.content, "params": tiers(2_500)}
        services.save_draft(thing=activity, content=content, actor=ann, seen_revision=1)
        request = services.submit(thing=activity, actor=ann)
        approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)
    gives = [
        offers["full"].kind.tiers[0].amount_off  # type: ignore[attr-defined]
        for moment in (first, first + HOUR)
        if (offers := offers_then(["full"], moment))
    ]
    assert gives == [1_000, 2_500]
    assert offers_then(["full"], first - HOUR) == {}
    assert running(first + HOUR) == []  # approved, but not started
    book = book_then(datetime.fromisoformat(fair.START))
    assert (sorted(book.offers.offers), book.versions) == (["full"], {"full": 2})


def test_pauses_stops_and_ends_count_from_when_they_were() -> None:
    ann = person("ann", "operator")
    paused = fair.publish(fair.activity("paused"))
    stopped = fair.publish(fair.flash("stopped", 8_000))
    ended = fair.publish(fair.flash("ended", 8_000, stock={"total": 1}))
    before = database_now()
    services.pause(thing=paused, actor=ann, reason="x")
    services.stop_skus(activity=stopped, skus=["A"], actor=ann, reason="x")
    services.use_up(code=ended.code, reason="sold_out")  # type: ignore[arg-type]
    after = database_now()
    assert book_then(before).usages == {}
    usages = book_then(after).usages
    assert usages["paused"].blocked == "paused"
    assert usages["stopped"].stopped_skus == frozenset({"A"})
    assert usages["ended"].blocked == "sold_out"


def test_a_book_of_the_past_is_one_statement_whatever_is_in_it() -> None:
    for number in range(5):
        fair.publish(fair.activity(f"offer-{number}"))
    with CaptureQueriesContext(connection) as captured:
        assert len(book_then(database_now()).offers.offers) == 5
    assert len([query for query in captured.captured_queries if "activities_activity" in query["sql"]]) == 1


def test_an_order_is_priced_at_another_moment(shop: Shop) -> None:
    """Given an offer paused since and one that came later, when priced before and now, then each has its own price."""
    ann = person("ann", "operator")
    first = fair.publish(fair.activity("first", params=tiers(1_000)))
    before = database_now()
    fair.publish(fair.activity("second", params=tiers(2_000), priority=1))
    shop.paid("o1", 1, customer="c1", shipping_fee=500)
    order = Order.objects.get()
    assert order.payable_amount == 8_500
    services.pause(thing=first, actor=ann, reason="x")
    earlier, now = reprice(order, before), reprice(order, database_now())
    assert (earlier.answer["payable_total"], earlier.difference) == (9_500, 1_000)
    assert [(one.offer, one.paid, one.now, one.more) for one in earlier.changes] == [
        ("second", 2_000, 0, -2_000),
        ("first", 0, 1_000, 1_000),
    ]
    assert (earlier.changes[1].paid_version, earlier.changes[1].version) == (None, 1)
    assert (now.answer["payable_total"], now.difference) == (8_500, 0)
    refused = {entry["offer"]: entry["reason"] for entry in now.answer["not_applied"]}
    assert refused == {"first": "paused"}


def test_the_list_price_is_that_of_the_order(shop: Shop) -> None:
    lines = [{"line": "1", "sku": "A", "quantity": 2, "unit_price": 7_000}]
    shop.paid("o1", lines=lines)
    assert reprice(Order.objects.get(), database_now()).answer["list_total"] == 14_000


def test_who_was_new_then_is_new_then(shop: Shop) -> None:
    fair.publish(fair.activity("welcome", targeting={"new_customers_only": True}))
    shop.paid("o1", customer="c1")
    shop.paid("o2", customer="c1")
    first, second = Order.objects.order_by("id")
    assert (first.payable_amount, second.payable_amount) == (9_000, 10_000)
    assert reprice(first, first.as_of).difference == 0
    assert reprice(second, second.as_of).difference == 0


def test_the_future_is_not_the_past(shop: Shop) -> None:
    shop.held("o1")
    with pytest.raises(DomainError, match="not come yet"):
        reprice(Order.objects.get(), database_now() + HOUR)
