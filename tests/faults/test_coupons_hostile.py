"""A hostile client of coupons: other people's coupons, strange numbers, many spellings, another shop's things."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from apps.catalog.models import Shop as Seller
from apps.catalog.models import Sku
from apps.coupons.models import ClaimUse, Coupon, CouponEntry
from apps.orders.models import Order
from apps.storefront.services.keys import add_client, issue_key
from promo_portal.wsgi import application
from tests.activities.conftest import ann, cleo
from tests.coupons.code_cast import opened, taken
from tests.coupons.world import a_campaign
from tests.orders_coupons.purse import budget, give, state, ten_off
from tests.orders_life.audit import broken
from tests.orders_life.shop import Shop, shop_fair

__all__ = ["ann", "cleo", "shop_fair"]
pytestmark = pytest.mark.usefixtures("shop_fair")
CART = {"currency": "CNY", "lines": [{"line": "1", "sku": "A", "quantity": 2}]}


def a_key(**of: Any) -> str:
    client = add_client(name=f"client {of}", **of)
    return issue_key(client=client, scopes=["storefront", "preview", "grant"], actor=None).text


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop(a_key())


def picture() -> tuple[int, int, int, int]:
    """What a refused request must leave alone."""
    rows = (Coupon, CouponEntry, ClaimUse, Order)
    return tuple(model._default_manager.count() for model in rows)  # type: ignore[return-value]


def test_somebody_elses_coupon_is_unknown_whatever_its_state(shop: Shop) -> None:
    """Given coupons of another, unused, held and used, then the answers differ in nothing but the id."""
    ten_off()
    unused, held, used = give(quantity=3)
    shop.paid("o1", 2, customer="c1", coupons=[used])
    shop.held("o2", 2, customer="c1", coupons=[held])
    before = picture()
    for coupon in (unused, held, used, "no-such-coupon"):
        quote = shop.post("quotes", {**CART, "customer": "c2", "coupons": [coupon]}).json()
        assert (quote["payable_total"], quote["coupons"]) == (
            20_000,
            [
                {
                    "coupon": coupon,
                    "template": None,
                    "usable": False,
                    "chosen": False,
                    "reason": "unknown_coupon",
                }
            ],
        )
    assert picture() == before
    assert shop.held("o3", 2, customer="c2", coupons=[unused])["payable_total"] == 20_000
    assert state(unused) == ("unused", "")


def test_a_coupon_in_a_second_cart_is_held(shop: Shop) -> None:
    ten_off()
    [coupon] = give()
    assert shop.held("o1", 2, customer="c1", coupons=[coupon])["payable_total"] == 19_000
    second = shop.held("o2", 2, customer="c1", coupons=[coupon])
    assert (second["payable_total"], second["coupons"][0]["reason"]) == (20_000, "coupon_held")
    assert state(coupon) == ("held", "o1")
    assert broken() == []


def test_one_coupon_named_many_times_is_one(shop: Shop) -> None:
    ten_off()
    [coupon] = give()
    answer = shop.held("o1", 2, customer="c1", coupons=[coupon] * 200, prefer=[coupon])
    assert (answer["payable_total"], len(answer["coupons"])) == (19_000, 1)


STRANGE = [-1, 0, 201, 10**30, 2**53 + 1, 1.0, 1e3, "1", "１", "٣", "1_000", True, [], {}, float("nan")]


@pytest.mark.parametrize("number", STRANGE, ids=repr)
def test_a_grant_of_a_strange_number_is_refused_by_its_path(shop: Shop, number: Any) -> None:
    ten_off()
    before = picture()
    asked = {"template": "ten", "customer": "c1", "quantity": number, "source": "lottery", "reason": "x"}
    answer = shop.post("grants", asked)
    assert answer.status_code == 400
    if number == number:  # NaN is no JSON at all
        assert [fault["path"] for fault in answer.json()["errors"]] == ["quantity"]
    assert picture() == before


@pytest.mark.parametrize("customer", ["", "a/b", "c" * 65, "\u0000", "顾客", None, 7, ["c1"]], ids=repr)
def test_a_claim_for_a_strange_customer_is_refused(shop: Shop, customer: Any) -> None:
    ten_off()
    a_campaign(template="ten")
    before = picture()
    assert shop.post("claim-campaigns/claim-1/claims", {"customer": customer}).status_code == 400
    assert picture() == before


def test_spellings_of_one_code_are_one_coupon(shop: Shop, ann: Any, cleo: Any) -> None:
    """Given one code in upper, lower and full width and with signs of no width, in one cart and in the next."""
    ten_off()
    [code] = taken(opened(ann, cleo, template="ten", quantity=1), ann, cleo)
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in code)
    spellings = [code, code.lower(), wide, f"\u200b{code}\ufeff", code.replace("-", " ")]
    assert shop.held("o1", 2, customer="c1", coupons=spellings)["payable_total"] == 19_000
    assert shop.held("o2", 2, customer="c2", coupons=spellings)["payable_total"] == 20_000
    assert budget() == (1, 1_000, 0)
    assert broken() == []


def test_fifty_codes_of_one_template_are_one_discount_and_five_tries(shop: Shop, ann: Any, cleo: Any) -> None:
    ten_off()
    codes = taken(opened(ann, cleo, template="ten", quantity=50), ann, cleo)
    answer = shop.held("o1", 2, customer="c1", coupons=codes)
    assert answer["payable_total"] == 19_000
    assert sum(one["usable"] for one in answer["coupons"]) == 5
    assert (Coupon.objects.count(), budget()) == (1, (1, 1_000, 0))


@pytest.fixture
def ours_and_theirs(ann: Any, cleo: Any) -> tuple[Shop, Shop]:
    """Two shops; a template with a campaign, a coupon and a code of the second."""
    for code in ("ours", "theirs"):
        Seller.objects.create(code=code, name=code)
    Sku.objects.create(code="T", name="T", price_amount=10_000, shop=Seller.objects.get(code="theirs"))
    ten_off("their-ten", issuer="theirs", scope={"mode": "include", "shops": ["theirs"]})
    a_campaign(template="their-ten")
    return Shop(a_key(shop="ours")), Shop(a_key(shop="theirs"))


def test_a_key_of_one_shop_knows_nothing_of_anothers_coupons(
    ours_and_theirs: tuple[Shop, Shop], ann: Any, cleo: Any
) -> None:
    ours, theirs = ours_and_theirs
    [coupon] = give("their-ten")
    [code] = taken(opened(ann, cleo, template="their-ten", quantity=1), ann, cleo)
    before = picture()
    grant = {"template": "their-ten", "customer": "c1", "quantity": 1, "source": "lottery", "reason": "x"}
    refused = [
        ours.post("claim-campaigns/claim-1/claims", {"customer": "c1"}),
        ours.post("grants", grant),
        ours.post("codes/claims", {"code": code, "customer": "c1"}),
    ]
    assert [(one.status_code, one.json()["code"]) for one in refused] == [
        (404, "unknown_campaign"),
        (404, "unknown_template"),
        (404, "unknown_code"),
    ]
    assert picture() == before
    assert ours.get("claim-campaigns", {"customer": "c1"}).json()["results"] == []
    assert ours.get("customers/c1/coupons").json()["results"] == []
    line = {"line": "1", "sku": "A", "quantity": 2, "unit_price": 10_000}
    quote = ours.post("quotes", {**CART, "lines": [line], "customer": "c1", "coupons": [coupon, code]}).json()
    assert [one["reason"] for one in quote["coupons"]] == ["unknown_coupon"] * 2
    assert [one["coupon"] for one in theirs.get("customers/c1/coupons").json()["results"]] == [coupon]
    assert theirs.post("claim-campaigns/claim-1/claims", {"customer": "c1"}).status_code == 201
    assert theirs.post("codes/claims", {"code": code, "customer": "c1"}).status_code == 201


@contextmanager
def kept_connection() -> Iterator[None]:
    """The test's transaction must outlive the requests."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.slow
def test_no_generated_request_about_things_that_exist_breaks_anything(shop: Shop) -> None:
    """What the schema allows and forbids, with a campaign, template and customer that exist: no 5xx, nothing off."""
    ten_off()
    a_campaign(template="ten")
    give()
    document = Client().get("/api/schema/", {"format": "json"}, headers={"Accept": "application/json"})
    api = schemathesis.openapi.from_dict(document.json())
    api.app = application
    with kept_connection():
        for found in api.get_all_operations():
            operation = found.ok()
            if any(part in operation.path for part in ("claim", "grants", "coupons")):
                for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):
                    attack(operation.as_strategy(generation_mode=mode), shop)
    assert broken() == []


def attack(strategy: Any, shop: Shop) -> None:
    @given(case=strategy)
    @settings(
        max_examples=40,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def run(case: Any) -> None:
        for name, known in (("code", "claim-1"), ("customer", "c1")):
            if name in (case.path_parameters or {}):
                case.path_parameters[name] = known
        if isinstance(case.body, dict) and "template" in case.body:
            case.body["template"] = "ten"
        response = case.call(headers=shop.headers)
        case.validate_response(
            response, checks=[not_a_server_error, content_type_conformance, response_schema_conformance]
        )

    run()
