"""What a whole pack is refused for, beyond its single documents: every fault with its exact path."""

from typing import Any

import pytest

from apps.packs.document import read_pack
from apps.packs.loading import load_bytes
from apps.pricing.faults import Findings
from tests.offers.documents import activity, campaign, flash, template

INSTANT = "must be an ISO 8601 time with an offset"


def faults(raw: Any) -> list[str]:
    findings = Findings()
    read_pack(raw, findings)
    return [str(fault) for fault in findings.faults]


def catalog(**sections: Any) -> dict[str, Any]:
    return {"pack": 1, "catalog": sections}


def audience(rule: Any, **more: Any) -> dict[str, Any]:
    return {"pack": 1, "audiences": [{"code": "a", "rule": rule, **more}]}


WRONG = [
    (None, ["(document): must be an object"]),
    ([], ["(document): must be an object"]),
    ({"pack": 2}, ["pack: must be 1"]),
    ({"pack": "1"}, ["pack: must be 1"]),
    ({"pack": True}, ["pack: must be 1"]),
    ({"pack": 1, "currency": "yuan"}, ["currency: must be three letters of ISO 4217, like CNY"]),
    ({"pack": 1, "currency": 156}, ["currency: must be text"]),
    ({"pack": 1, "selection": "cheapest"}, ["selection: must be one of best, priority"]),
    ({"pack": 1, "colour": "red"}, ["colour: is not known here"]),
    ({"pack": 1, "catalog": []}, ["catalog: must be an object"]),
    ({"pack": 1, "activities": {}}, ["activities: must be a list"]),
    ({"pack": 1, "activities": [5]}, ["activities[0]: must be an object"]),
    # catalogue
    (catalog(shop=[]), ["catalog.shop: is not known here"]),
    (catalog(shops=[{"name": "x"}]), ["catalog.shops[0].code: is required"]),
    (catalog(shops=[{"code": "S 1"}]), ["catalog.shops[0].code: must be 1 to 64 visible ASCII characters without /"]),
    (catalog(shops=[{"code": "S1"}, {"code": "S1"}]), ["catalog.shops[1].code: S1 is there twice"]),
    (catalog(brands=[{"code": "b", "logo": "x"}]), ["catalog.brands[0].logo: is not known here"]),
    (catalog(categories=[{"code": "a", "parent": "b"}]), ["catalog.categories[0].parent: there is no category b"]),
    (catalog(categories=[{"code": "a", "parent": "a"}]),
     ["catalog.categories[0].parent: makes a loop of categories"]),
    (catalog(categories=[{"code": "a", "parent": "c"}, {"code": "b", "parent": "a"}, {"code": "c", "parent": "b"},
                         {"code": "d", "parent": "c"}]),
     [f"catalog.categories[{i}].parent: makes a loop of categories" for i in range(3)]),
    (catalog(categories=[{"code": "c0"}, *({"code": f"c{i}", "parent": f"c{i - 1}"} for i in range(1, 33))]),
     ["catalog.categories[32].parent: is deeper than 32 levels"]),
    (catalog(categories=[{"code": "a", "excluded_from": ["gifts"]}]),
     ["catalog.categories[0].excluded_from[0]: must be one of activities, coupons"]),
    (catalog(skus=[{"name": "x"}]), ["catalog.skus[0].sku: is required", "catalog.skus[0].price: is required"]),
    (catalog(skus=[{"sku": "A", "price": -1}]), ["catalog.skus[0].price: must be at least 0"]),
    (catalog(skus=[{"sku": "A", "price": 10**12 + 1}]), ["catalog.skus[0].price: must be at most 1000000000000"]),
    (catalog(skus=[{"sku": "A", "price": 1.5}]), ["catalog.skus[0].price: must be a whole number"]),
    (catalog(skus=[{"sku": "A", "price": "1"}]), ["catalog.skus[0].price: must be a whole number"]),
    (catalog(skus=[{"sku": "A", "price": True}]), ["catalog.skus[0].price: must be a whole number"]),
    (catalog(skus=[{"sku": "A", "price": 1, "cost": "x", "min_price": -5, "floor_price": 0.1}]),
     ["catalog.skus[0].cost: must be a whole number", "catalog.skus[0].floor_price: must be a whole number",
      "catalog.skus[0].min_price: must be at least 0"]),
    (catalog(skus=[{"sku": "A", "price": 1, "shop": "S", "category": "c", "brand": "b"}]),
     ["catalog.skus[0].shop: there is no shop S", "catalog.skus[0].category: there is no category c",
      "catalog.skus[0].brand: there is no brand b"]),
    (catalog(skus=[{"sku": "A", "price": 1, "tags": "new"}]), ["catalog.skus[0].tags: must be a list"]),
    (catalog(skus=[{"sku": "A", "price": 1, "tags": ["new", 5, ""]}]),
     ["catalog.skus[0].tags[1]: must be text of 1 to 200 characters",
      "catalog.skus[0].tags[2]: must be text of 1 to 200 characters"]),
    (catalog(skus=[{"sku": "A", "price": 1}, {"sku": "A", "price": 2}]), ["catalog.skus[1].sku: A is there twice"]),
    (catalog(skus=[{"sku": "A", "price": 1, "stock": 5}]), ["catalog.skus[0].stock: is not known here"]),
    # audiences and customers
    (audience({}), ["audiences[0].rule: must be one of all, any, not, or a field with op and value"]),
    (audience({"field": "tags"}), ["audiences[0].rule.op: is required", "audiences[0].rule.value: is required"]),
    (audience({"field": "tags", "op": "like", "value": "x"}),
     ["audiences[0].rule.op: must be one of eq, ne, gt, gte, lt, lte, in, contains"]),
    (audience({"all": [{"field": "orders", "op": "in", "value": 5}]}),
     ["audiences[0].rule.all[0].value: must be a list"]),
    (audience({"all": [], "any": []}),
     ["audiences[0].rule: must be one of all, any, not, or a field with op and value"]),
    (audience(None, members=["a b"]),
     ["audiences[0].members[0]: must be 1 to 64 visible ASCII characters without /"]),
    (audience(None, members_file="crm.csv"),
     ["audiences[0].members_file: there is no folder to look for crm.csv in"]),
    ({"pack": 1, "customers": [{"id": "c1"}, {"id": "c1"}]}, ["customers[1].id: c1 is there twice"]),
    ({"pack": 1, "customers": [{}]}, ["customers[0].id: is required"]),
    ({"pack": 1, "customers": [{"id": "c1", "orders": -1, "member_level": "3"}]},
     ["customers[0].member_level: must be a whole number", "customers[0].orders: must be at least 0"]),
    ({"pack": 1, "customers": [{"id": "c1", "registered_at": "2026-01-01"}]},
     [f"customers[0].registered_at: {INSTANT}"]),
    ({"pack": 1, "customers": [{"id": "c1", "attributes": {"x": float("nan"), "y": {"z": ["a\x00"]}}}]},
     ["customers[0].attributes.x: must be a finite number",
      "customers[0].attributes.y.z[0]: holds a character that cannot be stored"]),
    ({"pack": 1, "customers": [{"id": "c1", "phone": "1"}]}, ["customers[0].phone: is not known here"]),
    # codes that offers name
    ({"pack": 1, "activities": [activity(event="d11")]}, ["activities[0].event: there is no event d11"]),
    ({"pack": 1, "activities": [activity(layer="shop", shop="S1")]}, ["activities[0].shop: there is no shop S1"]),
    ({"pack": 1, "activities": [activity(scope={"mode": "include", "skus": ["A"], "categories": ["c"],
                                                "brands": ["b"], "shops": ["S"], "tags": ["free"]})]},
     ["activities[0].scope.skus[0]: there is no SKU A", "activities[0].scope.categories[0]: there is no category c",
      "activities[0].scope.brands[0]: there is no brand b", "activities[0].scope.shops[0]: there is no shop S"]),
    ({"pack": 1, "activities": [activity(targeting={"audiences": ["vip"], "channels": ["free"]})]},
     ["activities[0].targeting.audiences[0]: there is no audience vip"]),
    ({"pack": 1, "activities": [flash(params={"prices": {"A": 1}})]},
     ["activities[0].params.prices.A: there is no SKU A"]),
    ({"pack": 1, "activities": [flash(stock={"per_sku": {"A": 1}})]},
     ["activities[0].stock.per_sku.A: there is no SKU A"]),
    ({"pack": 1, "activities": [activity(params={"metric": "amount", "tiers": [
        {"at": 1, "benefit": {"gifts": [{"sku": "G"}], "coupons": [{"template": "t"}]}}]})]},
     ["activities[0].params.tiers[0].benefit.gifts[0].sku: there is no SKU G",
      "activities[0].params.tiers[0].benefit.coupons[0].template: there is no coupon template t"]),
    ({"pack": 1, "activities": [activity(bearers=[{"party": "brand:b", "bps": 10000}])]},
     ["activities[0].bearers[0].party: there is no brand b"]),
    ({"pack": 1, "coupon_templates": [template(issuer="S1")]},
     ["coupon_templates[0].issuer: there is no shop S1"]),
    ({"pack": 1, "coupon_templates": [template(kind="exchange", params={"sku": "G", "value": 0})]},
     ["coupon_templates[0].params.sku: there is no SKU G"]),
    ({"pack": 1, "claim_campaigns": [campaign()]},
     ["claim_campaigns[0].template: there is no coupon template coupon-100-10"]),
    ({"pack": 1, "claim_campaigns": [campaign(template=None, items=[{"template": "t"}])]},
     ["claim_campaigns[0].items[0].template: there is no coupon template t"]),
    # codes among themselves
    ({"pack": 1, "activities": [activity(), activity()]},
     ["activities[1].code: full-100-10 is there twice"]),
    ({"pack": 1, "activities": [activity(code="x")], "coupon_templates": [template(code="x")]},
     ["coupon_templates[0].code: x is the code of an activity"]),
    ({"pack": 1, "events": [{"code": "e"}, {"code": "e"}]}, ["events[1].code: e is there twice"]),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "expected"), WRONG)
def test_a_wrong_pack_is_refused(raw: Any, expected: list[str]) -> None:
    assert faults(raw) == expected


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"pack": 1, "currency": None, "catalog": None, "activities": None},
        {"pack": 1, "activities": [activity(code="x")], "claim_campaigns": []},
        {"pack": 1, "coupon_templates": [template()], "claim_campaigns": [campaign(code="coupon-100-10")]},
        {"pack": 1, "customers": [{"id": "c1", "tags": ["任何"], "attributes": {"a": [1, {"b": None}]}}]},
        catalog(skus=[{"sku": "A", "price": 100, "min_price": 200, "cost": 0, "floor_price": 0}]),
        {"pack": 1, "activities": [activity(ends_at="2020-01-01T00:00:00Z", scope={"mode": "include"})]},
    ],
)
def test_what_is_no_fault(raw: Any) -> None:
    assert faults(raw) == []


TEXTS = [
    (b"\xff\xfe", ["(document): is not UTF-8 (byte 0)"]),
    (b"pack: 1\npack: 1\n", ["pack: is given twice"]),
    (b"catalog: {skus: [{sku: A, price: 1, price: 2}]}", ["catalog.skus[0].price: is given twice"]),
    (b'{"catalog": {"skus": [{"sku": "A", "price": 1, "price": 2}]}}', ["catalog.skus[0].price: is given twice"]),
    (b"pack: [1\n", ["(document): is not YAML: did not find expected ',' or ']' (line 2)"]),
    (b'{"pack": 1', ["(document): is not JSON: expecting ',' delimiter (line 1)"]),
    (b"pack: !!python/object:os.system x\n", ["pack: has a YAML tag, which packs do not know"]),
    (b"pack: *one\n", ["pack: refers to an anchor that is not complete before it"]),
    (b"a: &a [*a]\n", ["a[0]: refers to an anchor that is not complete before it"]),
    (b"? [a]\n: 1\n", ["(document): has a key that is no text"]),
    (b"pack: 1\n---\npack: 1\n", ["(document): must be one document"]),
    (b"[" * 5000, ["(document): is nested too deeply"]),
    (b'{"a":' * 100_000, ["(document): is nested too deeply"]),
]  # fmt: skip


@pytest.mark.parametrize(("data", "expected"), TEXTS)
def test_a_text_that_is_no_pack(data: bytes, expected: list[str]) -> None:
    findings = Findings()
    load_bytes(data, findings)
    assert [str(fault) for fault in findings.faults] == expected


def test_aliases_may_repeat_but_not_multiply() -> None:
    findings = Findings()
    shared = b"a: &t {tags: [new]}\nb: [*t, *t]\n"
    assert load_bytes(shared, findings) == {"a": {"tags": ["new"]}, "b": [{"tags": ["new"]}] * 2}
    bomb = "a: &a [1,1,1,1,1,1,1,1,1,1]\n" + "".join(
        f"{now}: &{now} [{','.join([f'*{before}'] * 10)}]\n"
        for before, now in zip("abcdefgh", "bcdefghi", strict=True)
    )
    load_bytes(bomb.encode(), findings)
    assert [fault.message for fault in findings.faults] == ["repeats too much by aliases"]


def test_yaml_means_what_json_means() -> None:
    text = b"""
    {codes: [no, on, y, 007, 1_000, 10:00, 0x1F, 1e5x], numbers: [0, -12, 1.5, 1e3], words: [true, False, null, ~],
     quoted: ["5", 'no'], time: 2026-11-01T00:00:00+08:00, spaced: 2026-11-01 00:00:00+08:00, date: 2026-11-01}
    """
    findings = Findings()
    assert load_bytes(text, findings) == {
        "codes": ["no", "on", "y", "007", "1_000", "10:00", "0x1F", "1e5x"],
        "numbers": [0, -12, 1.5, 1000.0],
        "words": [True, False, None, None],
        "quoted": ["5", "no"],
        "time": "2026-11-01T00:00:00+08:00",
        "spaced": "2026-11-01T00:00:00+08:00",
        "date": "2026-11-01",
    }
    assert findings.faults == []


def test_a_long_number_is_refused_quickly_and_a_byte_order_mark_is_not_seen() -> None:
    findings = Findings()
    raw = load_bytes(
        b'\xef\xbb\xbf{"catalog": {"skus": [{"sku": "A", "price": ' + b"9" * 100_000 + b"}]}}", findings
    )
    assert findings.faults == []
    assert faults(raw) == ["catalog.skus[0].price: must be a whole number"]
