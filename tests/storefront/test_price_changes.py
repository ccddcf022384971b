"""`GET /price-changes`: every instant at which a price changes by the clock, once, in order, page by page."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.activities import services
from apps.catalog.models import Sku
from apps.core.clock import frozen
from apps.offers.versions.drafts import create_draft
from apps.storefront import answers
from apps.storefront.services.keys import add_client, issue_key
from tests.activities.cast import person
from tests.storefront import fair
from tests.storefront.conftest import Caller

pytestmark = pytest.mark.usefixtures("shop_fair")
FROM, TO = "2027-03-01T00:00:00+08:00", "2027-03-04T00:00:00+08:00"
FIRST, SECOND = "2027-03-01T10:00:00+08:00", "2027-03-02T10:00:00+08:00"
DAILY = {"tz": "Asia/Shanghai", "days": [], "sessions": [{"from": "10:00", "to": "12:00"}]}


def listed(caller: Caller, **query: Any) -> list[tuple[str, str, str, str]]:
    """All pages: (local time, offer, starts or ends, SKU)."""
    return [
        (datetime.fromisoformat(one["at"]).strftime("%m-%dT%H:%M"), one["offer"], one["change"], one["sku"])
        for one in _all(caller, {"from": FROM, "to": TO, **query})
    ]


def _all(caller: Caller, query: dict[str, Any]) -> Iterator[dict[str, str]]:
    while True:
        answer = caller.get("price-changes", query)
        assert answer.status_code == 200, answer.content
        msgspec.convert(answer.json(), answers.PriceChanges)
        assert len(answer.json()["results"]) <= query.get("limit", 50)
        yield from answer.json()["results"]
        if answer.json()["next"] is None:
            return
        query = {**query, "cursor": answer.json()["next"]}


def flash(code: str, starts: str = FIRST, ends: str = SECOND, **fields: Any) -> Any:
    return fair.publish(fair.flash(code, 1_000, starts_at=starts, ends_at=ends, **fields))


def test_starts_and_ends_in_order(caller: Caller) -> None:
    flash("b")
    flash("a", ends="2027-03-05T00:00:00+08:00")
    flash("z", starts="2027-02-01T00:00:00+08:00", ends=FIRST)
    assert listed(caller) == [
        ("03-01T02:00", "a", "starts", "A"),
        ("03-01T02:00", "b", "starts", "A"),
        ("03-01T02:00", "z", "ends", "A"),
        ("03-02T02:00", "b", "ends", "A"),
    ]


def test_the_range_is_half_open(caller: Caller) -> None:
    flash("a", starts=FROM, ends=TO)
    assert listed(caller) == [("02-28T16:00", "a", "starts", "A")]


def test_every_sku_in_scope_and_no_other(caller: Caller) -> None:
    flash("all", ends=TO, scope={"mode": "all"})
    flash("but-a", ends=TO, scope={"mode": "exclude", "skus": ["A"]})
    flash("shoes", ends=TO, scope={"mode": "include", "categories": ["shoes"]})
    prices = {"params": {"prices": {"B": 1_600, "Z": 1_000}}}
    fair.publish(fair.flash("named", 0, starts_at=FIRST, ends_at=TO, scope={"mode": "all"}, **prices))
    fair.publish(fair.activity("shop", starts_at=FIRST, ends_at=TO))
    found = [(offer, sku) for _at, offer, _change, sku in listed(caller)]
    assert found == [
        *[("all", sku) for sku in "ABZ"],
        *[("but-a", sku) for sku in "BZ"],
        *[("named", sku) for sku in "BZ"],
        ("shoes", "A"),
        *[("shop", sku) for sku in "AB"],
    ]
    assert [offer for _at, offer, _change, _sku in listed(caller, layer="shop")] == ["shop", "shop"]


def test_sessions_cut_to_the_window(caller: Caller) -> None:
    flash("daily", starts="2027-03-01T11:00:00+08:00", ends="2027-03-03T11:30:00+08:00", schedule=DAILY)
    assert listed(caller) == [
        ("03-01T03:00", "daily", "starts", "A"),
        ("03-01T04:00", "daily", "ends", "A"),
        ("03-02T02:00", "daily", "starts", "A"),
        ("03-02T04:00", "daily", "ends", "A"),
        ("03-03T02:00", "daily", "starts", "A"),
        ("03-03T03:30", "daily", "ends", "A"),
    ]
    end = {"from": "2027-03-02T12:00:00+08:00", "to": "2027-03-02T12:00:01+08:00"}
    assert listed(caller, **end) == [("03-02T04:00", "daily", "ends", "A")]


def test_sessions_over_midnight_on_days_of_the_week(caller: Caller) -> None:
    night = {"tz": "Asia/Shanghai", "days": [1], "sessions": [{"from": "22:00", "to": "02:00"}]}
    flash("night", starts=fair.START, ends=fair.END, schedule=night)
    assert listed(caller) == [("03-01T14:00", "night", "starts", "A"), ("03-01T18:00", "night", "ends", "A")]
    assert listed(caller, **{"from": "2027-03-02T01:00:00+08:00"}) == [("03-01T18:00", "night", "ends", "A")]


def test_sessions_that_touch_or_overlap_are_one(caller: Caller) -> None:
    times = [("09:00", "12:00"), ("11:00", "12:00"), ("12:00", "13:00"), ("20:00", "20:00")]
    sessions = [{"from": starts, "to": ends} for starts, ends in times]
    flash("day", starts=FROM, ends=SECOND, schedule={**DAILY, "sessions": sessions[:3]})
    assert [row[::2] for row in listed(caller)] == [
        ("03-01T01:00", "starts"),
        ("03-01T05:00", "ends"),
        ("03-02T01:00", "starts"),
        ("03-02T02:00", "ends"),
    ]
    always = flash("always", starts=FROM, ends=SECOND, schedule={**DAILY, "sessions": sessions[3:]})
    found = [row[::2] for row in listed(caller) if row[1] == always.code]
    assert found == [("02-28T16:00", "starts"), ("03-02T02:00", "ends")]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 200])
def test_pages_neither_repeat_nor_skip(caller: Caller, limit: int) -> None:
    flash("all", scope={"mode": "all"})
    flash("daily", ends=TO, schedule=DAILY, scope={"mode": "all"})
    flash("one")
    whole = listed(caller, limit=200)
    assert len(whole) == 26 == len(set(whole))
    assert listed(caller, limit=limit) == whole


def test_more_turns_than_are_read_together(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(9):
        flash(f"f-{number}")
    whole = listed(caller)
    monkeypatch.setattr("apps.orders.price_changes.BATCH", 3)
    monkeypatch.setattr("apps.orders.price_changes.TOGETHER", 2)
    assert listed(caller) == listed(caller, limit=4) == whole
    assert len(whole) == 18


def test_only_what_is_approved_and_not_held_back(caller: Caller) -> None:
    create_draft(
        model=type(flash("shown")), content=fair.flash("draft", 1, starts_at=FIRST, ends_at=TO), actor=None
    )
    services.pause(thing=flash("paused"), actor=person("ann", "operator"), reason="x")
    stopped = flash("stopped", scope={"mode": "include", "skus": ["A", "B"]})
    services.stop_skus(activity=stopped, actor=person("ben", "operator"), reason="x", skus=["A"])
    Sku.objects.filter(pk="Z").update(excluded_from=["activities"])
    flash("excluded", scope={"mode": "include", "skus": ["Z"]})
    fair.publish(
        fair.activity(
            "freight",
            layer="shipping",
            shop=None,
            kind="shipping_off",
            params={"free": True},
            starts_at=FIRST,
        )
    )
    found = [(offer, sku) for _at, offer, change, sku in listed(caller) if change == "starts"]
    assert found == [("shown", "A"), ("stopped", "B")]


def test_a_day_from_now_unless_said_otherwise(caller: Caller) -> None:
    flash("a")
    with frozen(datetime.fromisoformat(FROM)):
        answer = caller.get("price-changes").json()
    assert [one["change"] for one in answer["results"]] == ["starts"]
    assert answer == {
        "results": [{"at": "2027-03-01T02:00:00+00:00", "sku": "A", "offer": "a", "change": "starts"}],
        "next": None,
    }


def test_a_shop_hears_of_its_own_goods(caller: Caller) -> None:
    flash("all", scope={"mode": "all"})
    fair.publish(fair.activity("first", shop="S1", starts_at=FIRST))
    fair.publish(fair.activity("second", shop="S2", starts_at=FIRST))
    key = issue_key(client=add_client(name="two", shop="S2"), scopes=["storefront"], actor=None).text
    found = {(offer, sku) for _at, offer, _change, sku in listed(Caller(key))}
    assert found == {("all", "Z"), ("second", "Z")}


def test_needs_the_scope(caller: Caller) -> None:
    key = issue_key(client=add_client(name="grants"), scopes=["grant"], actor=None).text
    assert Caller(key).get("price-changes").status_code == 403
    assert Caller(None).get("price-changes").status_code == 401


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ({"from": "yesterday"}, "from"),
        ({"from": "2027-03-01T00:00:00"}, "from"),
        ({"to": FROM}, "to"),
        ({"to": "2027-04-01T00:00:01+08:00"}, "to"),
        ({"from": "9999-12-31T23:59:59Z", "to": "9999-12-31T23:59:59Z"}, "to"),
        ({"layer": "shipping"}, "layer"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": "MjAyNy0wMy0wMVQwMDowMDowMFo="}, "cursor"),
        ({"limit": "0"}, "limit"),
    ],
)
def test_bad_query(caller: Caller, query: dict[str, str], path: str) -> None:
    answer = caller.get("price-changes", {"from": FROM, **query})
    assert answer.status_code == 400
    assert [error["path"] for error in answer.json()["errors"]] == [path]


def test_a_plus_that_became_a_space_and_times_long_ago(caller: Caller) -> None:
    flash("daily", schedule=DAILY)
    for since, until in ((FROM.replace("+", " "), TO), ("0001-01-02T00:00:00Z", "0001-01-03T00:00:00Z")):
        assert caller.get("price-changes", {"from": since, "to": until}).status_code == 200


def test_statements_do_not_grow_with_goods_or_offers(caller: Caller) -> None:
    counts = []
    for number in range(3):
        flash(f"f-{number}", scope={"mode": "all"})
        caller.get("price-changes", {"from": FROM, "to": TO})
        with CaptureQueriesContext(connection) as queries:
            caller.get("price-changes", {"from": FROM, "to": TO})
        counts.append(len(queries))
    assert counts == [4, 4, 4]
