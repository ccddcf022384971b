"""POST /prices: single units, what is announced, and how long the answer holds."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.storefront import answers
from apps.storefront.services.keys import add_client, issue_key
from tests.storefront import fair
from tests.storefront.conftest import Caller

pytestmark = pytest.mark.usefixtures("shop_fair")


def prices(caller: Caller, skus: list[str], **fields: Any) -> dict[str, Any]:
    answer = caller.post("prices", {"currency": "CNY", "skus": skus, **fields})
    assert answer.status_code == 200, answer.content
    msgspec.convert(answer.json(), answers.Prices)
    return answer.json()


def test_whole_answer(caller: Caller) -> None:
    fair.publish(
        fair.flash(
            "flash",
            8_000,
            stock={"total": 30, "per_sku": {"A": 20}},
            limits={"per_order_units": 3},
            display={"badge": {"zh-hans": "秒杀", "en": "Flash"}},
        )
    )
    fair.publish(
        fair.flash(
            "next", 7_000, starts_at="2026-11-12T00:00:00+08:00", visible_from="2026-11-01T00:00:00+08:00"
        )
    )
    fair.publish(fair.activity("full-100-10"))
    answer = prices(caller, ["B", "A", "nothing", "B"], as_of=fair.DURING)
    assert answer.pop("book").isdigit()
    assert answer == {
        "currency": "CNY",
        "as_of": "2026-11-11T10:00:00+08:00",
        "prices": [
            {
                "sku": "B",
                "list_price": 2_000,
                "price": 2_000,
                "offer": None,
                "ends_at": None,
                "units_left": None,
                "lowest_7d": None,
                "lowest_30d": None,
                "badges": [{"offer": "full-100-10", "text": "full-100-10"}],
                "upcoming": None,
            },
            {
                "sku": "A",
                "list_price": 10_000,
                "price": 8_000,
                "offer": "flash",
                "ends_at": "2029-12-31T16:00:00+00:00",
                "units_left": 3,
                "lowest_7d": None,
                "lowest_30d": None,
                "badges": [
                    {"offer": "flash", "text": "秒杀"},
                    {"offer": "full-100-10", "text": "full-100-10"},
                ],
                "upcoming": {"offer": "next", "starts_at": "2026-11-11T16:00:00+00:00", "price": 7_000},
            },
        ],
        "valid_until": "2026-11-11T16:00:00+00:00",
        "unknown": ["nothing"],
    }


def test_badge_in_the_language_asked_for(caller: Caller) -> None:
    fair.publish(fair.flash("flash", 8_000, display={"badge": {"zh-hans": "秒杀", "en": "Flash"}}))
    caller.headers["Accept-Language"] = "en"
    assert prices(caller, ["A"])["prices"][0]["badges"] == [{"offer": "flash", "text": "Flash"}]


def test_secret_price_is_not_told_before_its_start(caller: Caller) -> None:
    later = "2026-11-12T00:00:00+08:00"
    shown = {"starts_at": later, "visible_from": fair.START, "display": {"teaser": "hidden"}}
    fair.publish(fair.flash("secret", 1_000, **shown))
    before = prices(caller, ["A"], as_of=fair.DURING)["prices"][0]
    assert (before["price"], before["upcoming"]["price"]) == (10_000, None)
    after = prices(caller, ["A"], as_of=later)["prices"][0]
    assert (after["price"], after["upcoming"]) == (1_000, None)


@pytest.mark.parametrize(("ahead", "price"), [(-1, 8_000), (0, 10_000)])
def test_answer_holds_until_it_says(caller: Caller, ahead: int, price: int) -> None:
    fair.publish(fair.flash("brief", 8_000, ends_at="2026-11-11T12:00:00+08:00"))
    until = datetime.fromisoformat(prices(caller, ["A"], as_of=fair.DURING)["valid_until"])
    moment = until + timedelta(milliseconds=ahead)
    assert prices(caller, ["A"], as_of=moment.isoformat())["prices"][0]["price"] == price


@pytest.mark.parametrize(("customer", "price"), [("c1", 8_000), ("c2", 10_000), (None, 10_000)])
def test_price_of_this_customer(caller: Caller, customer: str | None, price: int) -> None:
    fair.publish(fair.flash("chosen-only", 8_000, targeting={"audiences": ["chosen"]}))
    assert prices(caller, ["A"], customer=customer)["prices"][0]["price"] == price


def test_one_statement_for_500_skus(caller: Caller) -> None:
    fair.publish(fair.flash("flash", 8_000))
    skus = ["A", "B", "Z", *(f"s{i}" for i in range(497))]
    prices(caller, skus)
    with CaptureQueriesContext(connection) as queries:
        answer = prices(caller, skus)
    assert len(queries) == 1
    assert (len(answer["prices"]), len(answer["unknown"])) == (3, 497)


def test_shop_key_knows_only_its_goods() -> None:
    key = issue_key(client=add_client(name="two", shop="S2"), scopes=["storefront"], actor=None).text
    answer = prices(Caller(key), ["A", "Z"])
    assert ([price["sku"] for price in answer["prices"]], answer["unknown"]) == (["Z"], ["A"])


def test_no_skus(caller: Caller) -> None:
    answer = prices(caller, [])
    assert (answer["prices"], answer["unknown"], answer["valid_until"]) == ([], [], None)
