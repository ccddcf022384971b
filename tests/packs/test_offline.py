"""Carts priced with a pack alone."""

import json
from pathlib import Path
from typing import Any

import pytest

from apps.packs.carts import CartPricer, quote_raw

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent.parent / "data/quotes.jsonl").read_text(encoding="utf-8").splitlines()
]
NOON = "2026-11-11T12:00:00+08:00"
WINDOW = {"starts_at": "2026-11-01T00:00:00+08:00", "ends_at": "2026-12-01T00:00:00+08:00"}


def off(code: str, amount: int, **more: Any) -> dict[str, Any]:
    tiers = [{"at": 0, "benefit": {"amount_off": amount}}]
    params = {"metric": "amount", "tiers": tiers}
    return {"code": code, "name": code, "kind": "threshold", "params": params, **more}


def pack(**more: Any) -> dict[str, Any]:
    catalog = {"shops": [{"code": "S1"}], "skus": [{"sku": "A", "price": 10000, "shop": "S1"}]}
    return {"pack": 1, "currency": "CNY", "catalog": catalog, **more}


def cart(**more: Any) -> dict[str, Any]:
    return {
        "currency": "CNY",
        "lines": [{"line": "1", "sku": "A", "quantity": 1}],
        "as_of": NOON,
        **more,
    }


def faults(answer: dict[str, Any]) -> list[str]:
    return [f"{error['path']}: {error['message']}" for error in answer["error"]["errors"]]


def used(answer: dict[str, Any]) -> list[str]:
    return [offer["offer"] for offer in answer["offers"]]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_examples_agree_to_the_cent(case: dict[str, Any]) -> None:
    quote, expected = quote_raw(case["pack"], case["cart"]), case["expected"]
    assert "error" not in quote
    for key in ("discount_total", "shipping_discount", "payable_total"):
        assert quote[key] == expected[key]
    nets = {line["line"]: line["net_amount"] for line in quote["lines"]}
    assert {line: nets[line] for line in expected["lines"] or {}} == {
        line: entry["net"] for line, entry in (expected["lines"] or {}).items()
    }


def test_a_quote_has_the_shape_of_the_api() -> None:
    quote = quote_raw(pack(activities=[off("ten", 1000, layer="platform", **WINDOW)]), cart())
    assert {key: value for key, value in quote.items() if key != "lines"} == {
        "currency": "CNY",
        "as_of": NOON,
        "book": "offline",
        "optimal": True,
        "list_total": 10000,
        "discount_total": 1000,
        "shipping_fee": 0,
        "shipping_discount": 0,
        "payable_total": 9000,
        "offers": [
            {
                "offer": "ten",
                "kind": "threshold",
                "layer": "platform",
                "name": "ten",
                "coupon": None,
                "discount": 1000,
                "full_discount": 1000,
            }
        ],
        "gifts": [],
        "rewards": {"coupons": [], "points": 0},
        "not_applied": [],
        "coupons": [],
    }
    assert quote["lines"][0]["segments"] == [
        {"units": 1, "net_amount": 9000, "shares": [{"offer": "ten", "amount": 1000}]}
    ]


def test_coupons_are_held_once_each_by_name_or_all_of_them() -> None:
    fixed = {"mode": "fixed", "from": "2026-11-12T00:00:00+08:00", "until": "2026-12-01T00:00:00+08:00"}
    templates = [
        off("ten", 1000, validity={"mode": "relative", "delay_days": 3, "days": 1}),
        off("later", 5000, validity=fixed),
        off("shop", 500, issuer="S1"),
    ]
    priced = pack(coupon_templates=templates)
    assert used(quote_raw(priced, cart())) == ["shop", "ten"]
    assert used(quote_raw(priced, cart(coupons="auto"))) == ["shop", "ten"]
    assert used(quote_raw(priced, cart(coupons=[]))) == []
    named = quote_raw(priced, cart(coupons=["template:ten", "template:later", "template:none", "ten"]))
    assert used(named) == ["ten"]
    assert {entry["coupon"]: entry["reason"] for entry in named["not_applied"]} == {
        "template:later": "coupon_not_yet_valid",
        "template:none": "unknown_coupon",
        "ten": "unknown_coupon",
    }
    assert used(quote_raw(priced, cart(as_of="2026-11-12T00:00:00+08:00"))) == ["shop", "later"]


@pytest.mark.parametrize(
    ("customer", "more", "expected"),
    [
        (None, {}, []),
        ("c1", {}, ["listed", "ruled"]),
        ("c2", {}, ["newcomer", "ruled"]),
        ("stranger", {}, []),
        ("stranger", {"region": "上海"}, ["local"]),
        ({"id": "c1", "audiences": []}, {}, []),
        ({"audiences": ["listed"]}, {}, ["listed"]),
        ({"id": "c1", "tags": ["other"]}, {}, ["listed"]),
        ({"id": "stranger", "tags": ["vip"], "new": True}, {}, ["newcomer", "ruled"]),
        ({"id": "c2", "new": False, "tags": []}, {}, []),
        ({"id": "c1", "member_level": 9}, {}, ["level-nine", "listed", "ruled"]),
    ],
)
def test_whom_offers_are_for(customer: Any, more: dict[str, Any], expected: list[str]) -> None:
    def shown(code: str, **targeting: Any) -> dict[str, Any]:
        every = ["item", "shop", "platform", "shop_coupon", "platform_coupon", "shipping"]
        return off(code, 1, layer="platform", stacks_with=every, targeting=targeting, **WINDOW)

    priced = pack(
        audiences=[
            {"code": "listed", "members": ["c1"]},
            {"code": "ruled", "rule": {"field": "tags", "op": "contains", "value": "vip"}},
            {"code": "local", "rule": {"field": "region", "op": "eq", "value": "上海"}},
        ],
        customers=[{"id": "c1", "tags": ["vip"], "orders": 3}, {"id": "c2", "tags": ["vip"]}],
        activities=[
            shown("level-nine", member_levels=[9]),
            shown("listed", audiences=["listed"]),
            shown("local", audiences=["local"]),
            shown("newcomer", new_customers_only=True),
            shown("ruled", audiences=["ruled"]),
        ],
    )
    assert used(quote_raw(priced, cart(customer=customer, **more))) == expected


def test_goods_are_excluded_by_themselves_or_by_a_category_above() -> None:
    priced = pack(
        activities=[off("ten", 1000, layer="platform", **WINDOW)], coupon_templates=[off("two", 200)]
    )
    priced["catalog"] |= {
        "categories": [{"code": "top", "excluded_from": ["activities"]}, {"code": "below", "parent": "top"}],
        "skus": [
            {"sku": "A", "price": 10000, "category": "below"},
            {"sku": "B", "price": 10000, "excluded_from": ["coupons"]},
        ],
    }
    assert used(quote_raw(priced, cart())) == ["two"]
    lines = [{"line": "1", "sku": "B", "quantity": 1}]
    assert used(quote_raw(priced, cart(lines=lines))) == ["ten"]


def test_a_scope_reaches_a_whole_subtree() -> None:
    scope = {"mode": "include", "categories": ["top"], "except": {"tags": ["old"]}}
    priced = pack(activities=[off("ten", 1000, layer="platform", scope=scope, **WINDOW)])
    priced["catalog"] |= {
        "categories": [{"code": "below", "parent": "top"}, {"code": "top"}],
        "skus": [
            {"sku": "A", "price": 1000, "category": "below"},
            {"sku": "B", "price": 1000, "category": "below", "tags": ["old"]},
        ],
    }
    lines = [{"line": name, "sku": name, "quantity": 1} for name in ("A", "B")]
    nets = [line["net_amount"] for line in quote_raw(priced, cart(lines=lines))["lines"]]
    assert nets == [0, 1000]


def test_priority_replaces_the_search() -> None:
    offers = [
        off("small", 100, layer="platform", priority=5, **WINDOW),
        off("big", 900, layer="platform", **WINDOW),
    ]
    assert used(quote_raw(pack(activities=offers), cart())) == ["big"]
    assert used(quote_raw(pack(activities=offers, selection="priority"), cart())) == ["small"]


def test_a_pack_without_a_currency_takes_the_carts() -> None:
    assert quote_raw(pack(currency=None), cart(currency="EUR"))["currency"] == "EUR"


WRONG_CARTS = [
    (cart(as_of=None), "invalid_request", ["as_of: is required"]),
    (cart(as_of="2026-11-11T12:00:00"), "invalid_request", ["as_of: must be an ISO 8601 time with an offset"]),
    (cart(currency="USD"), "currency_mismatch", ["currency: must be CNY"]),
    (cart(lines=[{"line": "1", "sku": "B", "quantity": 1}]), "unknown_sku",
     ["lines[0].sku: is not in the catalogue and has no unit price"]),
    (cart(lines=[{"line": "1", "sku": "A", "quantity": 0}]), "invalid_request",
     ["lines[0].quantity: must be at least 1"]),
    (cart(lines=[{"line": "1", "sku": "A", "quantity": 10_000}]), "invalid_request",
     ["lines[0].quantity: must be at most 9999"]),
    (cart(lines=[{"line": 1, "sku": "A", "quantity": "1", "unit_price": 1.5}]), "invalid_request",
     ["lines[0].line: must be text", "lines[0].quantity: must be a whole number",
      "lines[0].unit_price: must be a whole number"]),
    (cart(lines=[{"line": "1", "sku": "A", "quantity": 1}] * 2), "invalid_request",
     ["lines[1].line: is the id of an earlier line"]),
    (cart(lines=[{"line": str(i), "sku": "A", "quantity": 9_999} for i in range(11)]), "invalid_request",
     ["lines: hold more than 100000 units"]),
    (cart(lines=[{"line": str(i), "sku": "A", "quantity": 1} for i in range(501)]), "invalid_request",
     ["lines: has more than 500 entries"]),
    (cart(coupons=["x"] * 201), "invalid_request", ["coupons: has more than 200 entries"]),
    (cart(coupons="all"), "invalid_request", ["coupons: must be one of auto"]),
    (cart(shipping_fee=10**12 + 1), "invalid_request", ["shipping_fee: must be at most 1000000000000"]),
    (cart(explain="all", colour=1), "invalid_request",
     ["explain: must be one of none, reasons, full", "colour: is not known here"]),
    (cart(customer={"id": "c1", "name": "x"}), "invalid_request", ["customer.name: is not known here"]),
    (cart(currency="USD", as_of=None, lines=[{"line": "1", "sku": "A"}]), "invalid_request",
     ["lines[0].quantity: is required", "currency: must be CNY", "as_of: is required"]),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "code", "expected"), WRONG_CARTS)
def test_a_wrong_cart_is_a_problem_with_every_fault(raw: Any, code: str, expected: list[str]) -> None:
    answer = quote_raw(pack(), raw)
    assert list(answer) == ["error"]
    assert (answer["error"]["status"], answer["error"]["code"]) == (400, code)
    assert faults(answer) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b'{"pack": {"pack": 1, "x": 2}, "lines": []}',
         ["pack.x: is not known here", "currency: is required", "as_of: is required"]),
        (b'{"pack": [], "lines": []}',
         ["pack: must be an object", "currency: is required", "as_of: is required"]),
        (b'{"pack": {"pack": 1}, "currency": "CNY", "lines": [], "lines": []}',
         ["lines: is given twice", "as_of: is required"]),
        (b'{"pack": {"catalog": {"skus": [{"sku": "A", "price": NaN}]}}, "lines": [{"quantity": NaN}]}',
         ["pack.catalog.skus[0].price: must be a finite number", "lines[0].quantity: must be a finite number",
          "currency: is required", "lines[0].line: is required", "lines[0].sku: is required", "as_of: is required"]),
        (b"{}", ["pack: is required: there is no pack to price with"]),
        (b'{"pack": null}',
         ["pack: is required: there is no pack to price with", "currency: is required", "lines: is required",
          "as_of: is required"]),
    ],
)  # fmt: skip
def test_a_line_with_a_wrong_pack(line: bytes, expected: list[str]) -> None:
    answer = CartPricer().answer(line)
    assert answer["error"]["status"] == 400
    assert faults(answer) == expected


@pytest.mark.parametrize("line", [b"{", b"\xff", b'{"pack": {}', b'"pack": 1}'])
def test_a_line_that_is_no_json(line: bytes) -> None:
    answer = CartPricer().answer(line)
    assert answer["error"]["status"] == 400
    if b"pack" in line:
        assert (answer["error"]["code"], answer["error"]["errors"]) == ("invalid_json", [])


def test_faults_of_the_pack_and_of_the_cart_come_together() -> None:
    wrong = cart(lines=[{"line": "1", "sku": "A", "quantity": 0}], as_of=None)
    assert faults(quote_raw(pack(colour="red"), wrong)) == [
        "pack.colour: is not known here",
        "lines[0].quantity: must be at least 1",
        "as_of: is required",
    ]
