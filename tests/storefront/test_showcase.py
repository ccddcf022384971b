"""GET /activities/{code} and GET /placements/{placement}: what customers may see, and when."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.activities import services
from apps.activities.models import Activity
from apps.core.clock import frozen
from apps.coupons.models import ClaimCampaign, CouponTemplate
from apps.offers.versions.drafts import create_draft
from apps.storefront import answers
from apps.storefront.services.keys import add_client, issue_key
from tests.activities.cast import person
from tests.storefront import fair
from tests.storefront.conftest import Caller

pytestmark = pytest.mark.usefixtures("shop_fair")
LATER = "2029-01-01T00:00:00+08:00"
TEASED = datetime.fromisoformat("2028-12-01T00:00:00+08:00")
MILLISECOND = timedelta(milliseconds=1)


def placed(caller: Caller, query: Any = None, place: str = "home") -> list[str]:
    answer = caller.get(f"placements/{place}", query)
    assert answer.status_code == 200, answer.content
    msgspec.convert(answer.json(), answers.Placed)
    return [shown["code"] for shown in answer.json()["results"]]


def test_whole_activity(caller: Caller) -> None:
    params = {"prices": {"A": 8_000}}
    display = {"title": {"zh-hans": "跑鞋秒杀", "en": "Runner sale"}, "badge": "⚡", "sort": 3}
    fair.publish(
        fair.flash("flash", 0, params=params, display=display, stock={"total": 30}, budget={"amount": 98_765})
    )
    answer = caller.get("activities/flash")
    assert answer.status_code == 200
    shown = answer.json()
    msgspec.convert(shown, answers.Activity)
    assert "987" not in shown.pop("sentence")  # the budget is not theirs to know
    assert shown == {
        "code": "flash",
        "kind": "flash_sale",
        "layer": "item",
        "name": "flash",
        "display": {
            "title": "跑鞋秒杀",
            "badge": "⚡",
            "rules": None,
            "image": None,
            "link": None,
            "sort": 3,
            "teaser": "price",
        },
        "starts_at": "2026-10-31T16:00:00+00:00",
        "ends_at": "2029-12-31T16:00:00+00:00",
        "status": "live",
        "prices": {"A": 8_000},
        "units_left": 30,
    }


def test_language(caller: Caller) -> None:
    fair.publish(fair.activity("full-100-10", display={"title": {"zh-hans": "满百减十", "en": "10 off 100"}}))
    chinese = caller.get("activities/full-100-10").json()
    caller.headers["Accept-Language"] = "en-GB,en;q=0.9"
    english = caller.get("activities/full-100-10").json()
    assert (chinese["display"]["title"], english["display"]["title"]) == ("满百减十", "10 off 100")
    assert "满100减10" in chinese["sentence"]
    assert "满" not in english["sentence"]


def test_drafts_ended_and_paused_ones_are_not_shown(caller: Caller) -> None:
    create_draft(model=Activity, content=fair.activity("draft"), actor=None)
    fair.publish(fair.activity("over", starts_at="2026-01-01T00:00:00Z", ends_at="2026-02-01T00:00:00Z"))
    services.pause(thing=fair.publish(fair.activity("paused")), actor=person("ann", "operator"), reason="x")
    for code in ("draft", "over", "paused", "nothing", "x" * 65, "%00", "%E2%80%AE", "a b"):
        answer = caller.get(f"activities/{code}")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_activity"), code


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        (datetime.fromisoformat(fair.START) - MILLISECOND, "approved"),
        (datetime.fromisoformat(fair.START), "live"),
        (datetime.fromisoformat(fair.END) - MILLISECOND, "live"),
        (datetime.fromisoformat(fair.END), None),
    ],
)
def test_status_by_the_clock(caller: Caller, moment: datetime, status: str | None) -> None:
    fair.publish(fair.activity("full-100-10", placements=["home"]))
    with frozen(moment):
        answer = caller.get("activities/full-100-10")
        assert placed(caller) == (["full-100-10"] if status == "live" else [])
    assert answer.status_code == (404 if status is None else 200)
    assert answer.json().get("status") == (404 if status is None else status)


def test_secret_teaser_tells_no_price(caller: Caller) -> None:
    params, display = {"prices": {"A": 1_234}}, {"teaser": "hidden"}
    fair.publish(fair.flash("secret", 0, params=params, display=display, starts_at=LATER))
    answer = caller.get("activities/secret")
    assert (answer.json()["status"], answer.json()["sentence"]) == ("approved", None)
    assert "prices" not in answer.json()
    assert b"12.34" not in answer.content
    with frozen(datetime.fromisoformat(LATER)):
        assert caller.get("activities/secret").json()["prices"] == {"A": 1_234}


def test_placement_in_order(caller: Caller) -> None:
    fair.publish(fair.activity("b", placements=["home", "cart"]))
    fair.publish(fair.activity("a", placements=["home"], display={"sort": 2}))
    fair.publish(fair.activity("c", placements=["home"], display={"sort": -1}))
    fair.publish(fair.activity("elsewhere", placements=["cart"]))
    assert placed(caller) == ["c", "b", "a"]
    assert placed(caller, place="cart") == ["b", "elsewhere"]
    assert placed(caller, place="venue") == []


def test_pages(caller: Caller) -> None:
    for number in range(5):
        fair.publish(fair.activity(f"offer-{number}", placements=["home"], display={"sort": -number}))
    seen, query = [], {"limit": 2}
    for _ in range(3):
        answer = caller.get("placements/home", query).json()
        seen.append([shown["code"] for shown in answer["results"]])
        query = {"limit": 2, "cursor": answer["next"]}
    assert seen == [["offer-4", "offer-3"], ["offer-2", "offer-1"], ["offer-0"]]
    assert answer["next"] is None


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (TEASED - MILLISECOND, []),
        (TEASED, ["soon"]),
        (datetime.fromisoformat(LATER), ["never-teased", "soon"]),
    ],
)
def test_announced_from_when_it_is_visible(caller: Caller, moment: datetime, shown: list[str]) -> None:
    fair.publish(fair.activity("soon", starts_at=LATER, visible_from=TEASED.isoformat(), placements=["home"]))
    fair.publish(fair.activity("never-teased", starts_at=LATER, placements=["home"]))
    with frozen(moment):
        assert placed(caller) == shown


@pytest.mark.parametrize(
    ("targeting", "query", "shown"),
    [
        ({"audiences": ["chosen"]}, {"customer": "c1"}, True),
        ({"audiences": ["chosen"]}, {"customer": "c2"}, False),
        ({"audiences": ["chosen"]}, {}, False),
        ({"audiences": ["vip"]}, {"customer": "c1"}, False),
        ({"member_levels": [1]}, {"customer": "c1"}, True),
        ({"new_customers_only": True}, {"customer": "c1"}, True),
        ({"new_customers_only": True}, {"customer": "c9"}, False),
        ({"channels": ["app"]}, {"channel": "app"}, True),
        ({"channels": ["app"]}, {"channel": "web"}, False),
        ({"terminals": ["ios"], "regions": ["上海"]}, {"terminal": "ios", "region": "上海"}, True),
        ({"terminals": ["ios"], "regions": ["上海"]}, {"terminal": "ios"}, False),
    ],
)
def test_only_to_whom_it_is_for(caller: Caller, targeting: Any, query: Any, shown: bool) -> None:
    fair.publish(fair.activity("targeted", targeting=targeting, placements=["home"]))
    fair.publish(
        fair.activity(
            "soon", targeting=targeting, placements=["home"], starts_at=LATER, visible_from=fair.START
        )
    )
    assert placed(caller, query) == (["soon", "targeted"] if shown else [])


def test_shown_between_sessions_and_where_a_customer_must_be_named(caller: Caller) -> None:
    now = datetime.now().astimezone()
    other_day = (now + timedelta(days=3)).isoweekday()
    schedule = {"tz": "Asia/Shanghai", "days": [other_day], "sessions": [{"from": "10:00", "to": "12:00"}]}
    fair.publish(fair.activity("sessions", schedule=schedule, placements=["home"]))
    fair.publish(fair.activity("limited", limits={"per_customer_orders": 1}, placements=["home"]))
    assert placed(caller) == ["limited", "sessions"]


def test_other_shops_are_hidden_from_a_shop_key(caller: Caller) -> None:
    fair.publish(fair.activity("first", shop="S1", placements=["home"]))
    fair.publish(fair.activity("second", shop="S2", placements=["home"]))
    fair.publish(fair.activity("all", layer="platform", shop=None, placements=["home"]))
    key = issue_key(client=add_client(name="two", shop="S2"), scopes=["storefront"], actor=None).text
    assert placed(Caller(key)) == ["all", "second"]
    assert placed(caller) == ["all", "first", "second"]
    codes = [Caller(key).get(f"activities/{code}").status_code for code in ("first", "second", "all")]
    assert codes == [404, 200, 200]


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"limit": "٣"}, "limit"),
        ({"limit": "1e1"}, "limit"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": "\u00e4"}, "cursor"),
        ({"customer": "a/b"}, "customer"),
        ({"channel": "a\x00b"}, "channel"),
        ({"region": "x" * 201}, "region"),
    ],
)
def test_bad_query(caller: Caller, query: dict[str, str], path: str) -> None:
    answer = caller.get("placements/home", query)
    assert answer.status_code == 400
    assert [error["path"] for error in answer.json()["errors"]] == [path]


def test_all_faults_of_a_query_at_once(caller: Caller) -> None:
    answer = caller.get("placements/home", {"limit": "x", "cursor": "?", "customer": ""})
    assert sorted(error["path"] for error in answer.json()["errors"]) == ["cursor", "customer", "limit"]


def test_statements_do_not_grow_with_the_page(caller: Caller) -> None:
    counts = []
    for number in range(4):
        fair.publish(fair.activity(f"offer-{number}", placements=["home"]))
        caller.get("placements/home")
        with CaptureQueriesContext(connection) as queries:
            caller.get("placements/home")
        counts.append(len(queries))
    assert counts == [3, 3, 3, 3]


def campaign(code: str, **fields: Any) -> dict[str, Any]:
    return {
        "code": code,
        "name": code,
        "template": "ten-off",
        "starts_at": fair.START,
        "ends_at": fair.END,
        "quantity": 100,
        "placements": ["coupon_center"],
        **fields,
    }


@pytest.fixture
def template(shop_fair: None) -> None:
    params = {"metric": "amount", "tiers": [{"at": 10_000, "benefit": {"amount_off": 1_000}}]}
    fair.publish(
        {
            "code": "ten-off",
            "name": "10 off",
            "kind": "threshold",
            "params": params,
            "issuer": "S1",
            "targeting": {"channels": ["app"]},
        },
        CouponTemplate,
    )


@pytest.mark.usefixtures("template")
def test_claim_campaigns_stand_among_activities(caller: Caller) -> None:
    fair.publish(fair.activity("claim", placements=["coupon_center"], display={"sort": -1}))
    fair.publish(fair.activity("claim-1", placements=["coupon_center"]))
    fair.publish(campaign("claim-1"), ClaimCampaign)
    fair.publish(campaign("claim-2", starts_at=LATER, per_customer=1), ClaimCampaign)
    fair.publish(campaign("elsewhere", placements=["home"]), ClaimCampaign)
    fair.publish(campaign("pushed", mode="push"), ClaimCampaign)
    seen, query = [], {"limit": 1}
    for _ in range(4):
        answer = caller.get("placements/coupon_center", query).json()
        msgspec.convert(answer, answers.Placed)
        seen += [(shown["type"], shown["code"], shown["status"]) for shown in answer["results"]]
        query["cursor"] = answer["next"]
    assert seen == [
        ("activity", "claim", "live"),
        ("activity", "claim-1", "live"),
        ("claim_campaign", "claim-1", "live"),
        ("claim_campaign", "claim-2", "approved"),
    ]
    assert answer["next"] is None
    assert answer["results"] == [
        {
            "type": "claim_campaign",
            "code": "claim-2",
            "name": "claim-2",
            "items": [{"template": "ten-off", "quantity": 1}],
            "starts_at": "2028-12-31T16:00:00+00:00",
            "ends_at": "2029-12-31T16:00:00+00:00",
            "status": "approved",
        }
    ]


@pytest.mark.usefixtures("template")
@pytest.mark.parametrize(
    ("targeting", "query", "shown"),
    [
        ({}, {}, True),
        ({"audiences": ["vip"]}, {"customer": "c1"}, False),
        ({"audiences": ["chosen"]}, {"customer": "c1"}, True),
        ({"audiences": ["chosen"]}, {}, False),
        ({"terminals": ["ios"]}, {"terminal": "web"}, False),
    ],
)
def test_claim_campaigns_only_to_whom_they_are_for(
    caller: Caller, targeting: Any, query: Any, shown: bool
) -> None:
    fair.publish(campaign("claim-1", targeting=targeting), ClaimCampaign)
    assert placed(caller, query, "coupon_center") == (["claim-1"] if shown else [])
