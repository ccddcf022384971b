"""POST /quotes: the whole answer, the edges of time, who gets what, what counts from the next request on."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.activities import services
from apps.activities.models import Activity
from apps.approvals import services as approvals
from apps.audiences.services import put_customer, upsert_audiences
from apps.catalog.models import Portal
from apps.core.clock import frozen
from apps.storefront import answers
from apps.storefront.services.keys import add_client, issue_key
from tests.activities.cast import person
from tests.storefront import fair
from tests.storefront.conftest import Caller

pytestmark = pytest.mark.usefixtures("shop_fair")
START, END = datetime.fromisoformat(fair.START), datetime.fromisoformat(fair.END)
MILLISECOND = timedelta(milliseconds=1)


def used(quote: dict[str, Any]) -> dict[str, int]:
    return {offer["offer"]: offer["discount"] for offer in quote["offers"]}


def refused(quote: dict[str, Any]) -> dict[str, str]:
    return {entry["offer"]: entry["reason"] for entry in quote["not_applied"]}


def test_whole_answer(caller: Caller) -> None:
    fair.publish(fair.activity("full-100-10"))
    fair.publish(
        fair.activity(
            "full-400-60",
            layer="platform",
            shop=None,
            params={"metric": "amount", "tiers": [{"at": 40_000, "benefit": {"amount_off": 6_000}}]},
        )
    )
    answer = caller.quote(as_of=fair.DURING, shipping_fee=500, customer="c1")
    book = answer.pop("book")
    assert book.isdigit()
    assert answer == {
        "currency": "CNY",
        "as_of": "2026-11-11T10:00:00+08:00",
        "optimal": True,
        "list_total": 22_000,
        "discount_total": 1_000,
        "shipping_fee": 500,
        "shipping_discount": 0,
        "payable_total": 21_500,
        "lines": [
            {
                "line": "1",
                "sku": "A",
                "quantity": 2,
                "unit_price": 10_000,
                "list_amount": 20_000,
                "net_amount": 19_091,
                "segments": [
                    {"units": 2, "net_amount": 19_091, "shares": [{"offer": "full-100-10", "amount": 909}]}
                ],
            },
            {
                "line": "2",
                "sku": "B",
                "quantity": 1,
                "unit_price": 2_000,
                "list_amount": 2_000,
                "net_amount": 1_909,
                "segments": [
                    {"units": 1, "net_amount": 1_909, "shares": [{"offer": "full-100-10", "amount": 91}]}
                ],
            },
        ],
        "offers": [
            {
                "offer": "full-100-10",
                "kind": "threshold",
                "layer": "shop",
                "name": "full-100-10",
                "coupon": None,
                "discount": 1_000,
                "full_discount": 1_000,
            }
        ],
        "gifts": [],
        "rewards": {"coupons": [], "points": 0},
        "not_applied": [
            {
                "offer": "full-400-60",
                "coupon": None,
                "reason": "threshold_not_met",
                "gap": 19_000,
                "metric": "amount",
            }
        ],
        "coupons": [],
    }
    msgspec.convert({**answer, "book": book}, answers.Quote)


@pytest.mark.parametrize(
    ("moment", "discount"),
    [
        (START - MILLISECOND, 0),
        (START, 1_000),
        (END - MILLISECOND, 1_000),
        (END, 0),
    ],
)
def test_window_edges(caller: Caller, moment: datetime, discount: int) -> None:
    fair.publish(fair.activity("full-100-10"))
    assert caller.quote(as_of=moment.isoformat())["discount_total"] == discount
    with frozen(moment):  # the database's clock, at which a key without preview asks
        assert caller.quote()["discount_total"] == discount


def test_the_clock_is_the_databases(caller: Caller) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        before = cursor.fetchone()[0]
        answer = caller.quote()
        cursor.execute("SELECT clock_timestamp()")
        after = cursor.fetchone()[0]
    assert before < datetime.fromisoformat(answer["as_of"]) < after


def test_offset_of_as_of_does_not_matter(caller: Caller) -> None:
    fair.publish(fair.activity("full-100-10"))
    for text in ("2026-10-31T16:00:00Z", "2026-10-31T16:00:00+00:00", "2026-10-31T12:00:00-04:00"):
        assert caller.quote(as_of=text)["discount_total"] == 1_000


def test_as_of_before_the_book_is_loaded_from_the_database(caller: Caller) -> None:
    fair.publish(
        fair.activity("old", starts_at="2020-01-01T00:00:00+08:00", ends_at="2020-02-01T00:00:00+08:00")
    )
    assert caller.quote(as_of="2020-01-15T00:00:00+08:00")["discount_total"] == 1_000
    assert caller.quote(as_of="2020-02-15T00:00:00+08:00")["discount_total"] == 0
    assert used(caller.quote(as_of=fair.DURING)) == {}


def test_three_statements_at_most(caller: Caller) -> None:
    for number in range(5):
        fair.publish(fair.activity(f"offer-{number}", targeting={"audiences": ["vip", "chosen"]}))
    caller.quote(customer="c1")
    counts = {}
    for lines in (1, 500):
        body = fair.cart(
            customer="c1", lines=[{"line": str(i), "sku": "A", "quantity": 1} for i in range(lines)]
        )
        with CaptureQueriesContext(connection) as queries:
            assert caller.post("quotes", body).status_code == 200
        counts[lines] = len(queries)
    assert counts == {1: 1, 500: 1}


def test_first_quote_after_a_change_reads_only_the_change(caller: Caller) -> None:
    fair.publish(fair.activity("full-100-10"))
    caller.quote()
    fair.publish(fair.flash("flash", 8_000))
    with CaptureQueriesContext(connection) as queries:
        assert used(caller.quote()) == {"flash": 4_000, "full-100-10": 1_000}
    assert len(queries) == 3


def test_nothing_is_written(caller: Caller) -> None:
    caller.quote(customer="nobody-yet")
    with CaptureQueriesContext(connection) as queries:
        caller.quote(customer="nobody-yet")
    assert [query["sql"][:6] for query in queries] == ["SELECT"]


@pytest.fixture
def ann(db: None) -> User:
    return person("ann", "operator")


@pytest.fixture
def cleo(db: None) -> User:
    return person("cleo", "approver")


def test_pause_and_resume_count_from_the_next_request(caller: Caller, ann: User, cleo: User) -> None:
    activity = fair.publish(fair.activity("full-100-10"))
    assert used(caller.quote()) == {"full-100-10": 1_000}
    services.pause(thing=activity, actor=ann, reason="wrong price")
    quote = caller.quote()
    assert (used(quote), refused(quote)) == ({}, {"full-100-10": "paused"})
    services.resume(thing=Activity.objects.get(), actor=cleo)
    assert used(caller.quote()) == {"full-100-10": 1_000}


def test_revocation_counts_from_the_next_request(caller: Caller, ann: User, cleo: User) -> None:
    activity = fair.publish(fair.activity("full-100-10"))
    assert used(caller.quote()) == {"full-100-10": 1_000}
    request = services.request_revocation(thing=activity, actor=ann, reason="wrong price")
    assert used(caller.quote()) == {"full-100-10": 1_000}
    approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)
    quote = caller.quote()
    assert (used(quote), refused(quote)) == ({}, {"full-100-10": "ended"})
    # As it stands now, at whatever time it is asked for.
    assert refused(caller.quote(as_of=fair.DURING)) == {"full-100-10": "ended"}


def test_stopped_sku_counts_from_the_next_request(caller: Caller, ann: User) -> None:
    activity = fair.publish(fair.flash("flash", 8_000))
    assert used(caller.quote()) == {"flash": 4_000}
    services.stop_skus(activity=activity, skus=["A"], actor=ann, reason="wrong price")
    quote = caller.quote()
    assert (used(quote), refused(quote)) == ({}, {"flash": "stopped_sku"})


def test_lowered_stock_and_budget_count_from_the_next_request(caller: Caller, ann: User) -> None:
    flash = fair.publish(fair.flash("flash", 8_000, stock={"total": 10}, budget={"amount": 100_000}))
    assert used(caller.quote()) == {"flash": 4_000}
    services.lower_stock(activity=flash, value=1, actor=ann, reason="fewer came")
    assert used(caller.quote()) == {"flash": 2_000}
    services.lower_budget(activity=Activity.objects.get(), value=1_999, actor=ann, reason="too dear")
    assert used(caller.quote()) == {}


@pytest.mark.parametrize(
    ("customer", "gets_it"),
    [
        (None, False),
        ("c1", False),
        ("unknown", False),
        ({"id": "c1", "member_level": 3}, True),
        ({"member_level": 5}, True),
        ({"id": "c1", "member_level": 2}, False),
        ({"id": "c1", "audiences": ["vip"]}, True),
        ({"id": "c1", "member_level": 9, "audiences": []}, False),
    ],
)
def test_audience_by_rule(caller: Caller, customer: Any, gets_it: bool) -> None:
    fair.publish(fair.activity("for-vips", targeting={"audiences": ["vip"]}))
    quote = caller.quote(customer=customer)
    assert used(quote) == ({"for-vips": 1_000} if gets_it else {})
    assert refused(quote) == ({} if gets_it else {"for-vips": "audience"})


@pytest.mark.parametrize(
    ("customer", "gets_it"),
    [
        ("c1", True),
        ("c2", False),
        ({"id": "c1", "member_level": 9}, True),
        ({"id": "c1", "audiences": []}, False),
        ({"audiences": ["chosen"]}, True),
        ({"member_level": 9}, False),
    ],
)
def test_audience_by_list(caller: Caller, customer: Any, gets_it: bool) -> None:
    fair.publish(fair.activity("for-chosen", targeting={"audiences": ["chosen"]}))
    assert used(caller.quote(customer=customer)) == ({"for-chosen": 1_000} if gets_it else {})


@pytest.mark.parametrize(("region", "gets_it"), [(None, True), ("north", True), ("south", False)])
def test_region_of_the_cart_replaces_the_stored_one_in_rules(
    caller: Caller, region: str | None, gets_it: bool
) -> None:
    put_customer(code="c1", actor="test", region="north")
    rule = {"field": "region", "op": "eq", "value": "north"}
    upsert_audiences(actor="test", rows=[{"code": "vip", "rule": rule}])
    fair.publish(fair.activity("for-the-north", targeting={"audiences": ["vip"]}))
    assert used(caller.quote(customer="c1", region=region)) == ({"for-the-north": 1_000} if gets_it else {})


def test_changed_rule_counts_from_the_next_request(caller: Caller) -> None:
    fair.publish(fair.activity("for-vips", targeting={"audiences": ["vip"]}))
    assert used(caller.quote(customer="c1")) == {}
    rule = {"field": "member_level", "op": "gte", "value": 1}
    upsert_audiences(actor="test", rows=[{"code": "vip", "rule": rule}])
    assert used(caller.quote(customer="c1")) == {"for-vips": 1_000}


@pytest.mark.parametrize(
    ("customer", "gets_it"),
    [
        ("c1", True),  # stored with 0 orders
        ("unknown", False),
        (None, False),
        ({"id": "c1", "new": False}, False),
        ({"id": "unknown", "new": True}, True),
        ({"new": True}, True),
    ],
)
def test_new_customers(caller: Caller, customer: Any, gets_it: bool) -> None:
    fair.publish(fair.activity("welcome", targeting={"new_customers_only": True}))
    quote = caller.quote(customer=customer)
    assert used(quote) == ({"welcome": 1_000} if gets_it else {})
    assert refused(quote) == ({} if gets_it else {"welcome": "new_customers_only"})


@pytest.mark.parametrize("place", ["channels", "terminals", "regions"])
def test_where_the_cart_comes_from(caller: Caller, place: str) -> None:
    fair.publish(fair.activity("there", targeting={place: ["x", "y"]}))
    field = place.removesuffix("s")
    assert used(caller.quote(**{field: "y"})) == {"there": 1_000}
    assert refused(caller.quote(**{field: "z"})) == {"there": field}
    assert refused(caller.quote()) == {"there": field}


def test_a_shop_is_not_told_of_a_holdout(caller: Caller) -> None:
    fair.publish(fair.activity("measured", holdout_bps=10_000))
    quote = caller.quote(customer="c1")
    assert quote["not_applied"] == [{"offer": "measured", "coupon": None, "reason": "audience"}]


def test_limit_for_each_customer_needs_one(caller: Caller) -> None:
    fair.publish(fair.activity("once", limits={"per_customer_orders": 1}))
    assert refused(caller.quote()) == {"once": "customer_required"}
    assert used(caller.quote(customer="anybody")) == {"once": 1_000}


def test_coupons_nobody_holds_are_unknown(caller: Caller) -> None:
    quote = caller.quote(customer="c1", coupons=["x", "../../etc"])
    assert sorted(quote["not_applied"], key=lambda entry: entry["coupon"]) == [
        {"offer": None, "coupon": "../../etc", "reason": "unknown_coupon"},
        {"offer": None, "coupon": "x", "reason": "unknown_coupon"},
    ]
    assert [coupon["usable"] for coupon in quote["coupons"]] == [False, False]


def test_explain_none_says_no_reasons(caller: Caller) -> None:
    fair.publish(fair.activity("for-vips", targeting={"audiences": ["vip"]}))
    assert caller.quote(explain="none")["not_applied"] == []
    assert refused(caller.quote(explain="full")) == {"for-vips": "audience"}


def test_selection_of_the_portal_counts(caller: Caller) -> None:
    def tiers(off: int) -> dict[str, Any]:
        return {"metric": "amount", "tiers": [{"at": 0, "benefit": {"amount_off": off}}]}

    fair.publish(fair.activity("small", params=tiers(100), priority=5))
    fair.publish(fair.activity("large", params=tiers(500)))
    assert used(caller.quote()) == {"large": 500}
    assert used(caller.quote(prefer=["small"])) == {"small": 100}
    Portal.objects.update(selection="priority")
    assert used(caller.quote()) == {"small": 100}


def test_shop_key_sees_only_its_shops_goods() -> None:
    fair.publish(fair.activity("first", shop="S1"))
    fair.publish(fair.activity("second", shop="S2"))
    key = issue_key(client=add_client(name="two", shop="S2"), scopes=["storefront"], actor=None).text
    lines = [{"line": "1", "sku": "A", "quantity": 2}, {"line": "2", "sku": "Z", "quantity": 2}]
    refusal = Caller(key).post("quotes", fair.cart(lines=lines))
    assert refusal.json()["errors"] == [
        {
            "path": "lines[0].sku",
            "code": "unknown_sku",
            "message": "is not in the catalogue and has no unit price",
        }
    ]
    lines[0]["unit_price"] = 10_000
    quote = Caller(key).quote(lines=lines)
    assert used(quote) == {"second": 1_000}
    assert quote["lines"][0]["segments"] == [{"units": 2, "net_amount": 20_000, "shares": []}]


def test_stored_customer_is_replaced_by_what_is_put(caller: Caller) -> None:
    fair.publish(fair.activity("levels", targeting={"member_levels": [1]}))
    assert used(caller.quote(customer="c1")) == {"levels": 1_000}
    put_customer(code="c1", actor="test", member_level=2)
    assert refused(caller.quote(customer="c1")) == {"levels": "member_level"}
