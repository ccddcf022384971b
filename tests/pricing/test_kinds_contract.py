"""Every kind keeps the same promises: declared parameters, a JSON form, a sentence, bounds."""

import dataclasses
import re

import pytest

from apps.pricing.faults import MAX_AMOUNT, Findings, Reader
from apps.pricing.kinds import KINDS, Wording, kind_from_json, read_kind
from apps.pricing.layers import ACTIVITY_LAYERS, COUPON_LAYERS, Layer

AMOUNT_OFF = [{"at": 30000, "benefit": {"amount_off": 5000}}]
GIFTS = [
    {"at": 0, "benefit": {"percentage_off": 500, "max": 900}},
    {
        "at": 2,
        "benefit": {
            "percentage_off": 1000,
            "max": 900,
            "gifts": [{"sku": "G", "quantity": 2}],
            "coupons": [{"template": "t", "quantity": 1}],
            "points": 50,
        },
    },
]
# Least and fullest parameters of every kind, in canonical form but for what the least leave out.
EXAMPLES = {
    "direct_reduction": [({"value": 1}, {})],
    "percentage_off": [({"bps": 1}, {"round_to": 1}), ({"bps": 10000, "round_to": 100}, {})],
    "fixed_price": [({"value": 990}, {}), ({"prices": {"A": 0, "B": 5900}}, {})],
    "flash_sale": [({"value": 990}, {}), ({"prices": {"A": 0, "B": 5900}}, {})],
    "threshold": [
        ({"metric": "amount", "tiers": AMOUNT_OFF}, {"repeat": False}),
        ({"metric": "amount", "tiers": AMOUNT_OFF, "repeat": True, "max_times": 3}, {}),
        ({"metric": "quantity", "tiers": GIFTS, "repeat": False}, {}),
    ],
    "nth_unit": [
        ({"n": 2, "bps": 5000}, {"same_sku": False}),
        ({"n": 3, "bps": 10000, "same_sku": True}, {}),
    ],
    "buy_n_pay_m": [({"n": 3, "m": 2}, {"same_sku": False}), ({"n": 2, "m": 1, "same_sku": True}, {})],
    "n_for_price": [
        ({"n": 3, "value": 9900}, {"same_sku": False}),
        ({"n": 2, "value": 1, "same_sku": True}, {}),
    ],
    "bundle_price": [
        ({"items": {"A": 1, "B": 2}, "value": 9900}, {}),
        ({"items": {"A": 1}, "value": 1, "max_times": 1}, {}),
    ],
    "addon_price": [
        ({"at": 0, "prices": {"A": 0}}, {}),
        ({"at": 9900, "prices": {"A": 990, "B": 1990}, "max_units": 2}, {}),
    ],
    "exchange": [({"sku": "A", "value": 0}, {}), ({"sku": "A", "value": 990, "max_units": 1}, {})],
    "shipping_off": [
        ({"free": True}, {"at": 0}),
        ({"at": 9900, "value": 500}, {"free": False}),
    ],
}
EACH = [(code, given, added) for code, examples in EXAMPLES.items() for given, added in examples]
IDS = [f"{code}-{number}" for code, examples in EXAMPLES.items() for number, _ in enumerate(examples)]


def faults_of(code: str, params: object) -> list[tuple[str, str]]:
    findings = Findings()
    kind = read_kind(code, Reader(params, "params", findings))
    assert (kind is None) == bool(findings.faults)
    return [(fault.path, fault.code) for fault in findings.faults]


def test_every_kind_has_examples():
    assert EXAMPLES.keys() == KINDS.keys()


@pytest.mark.parametrize("code", KINDS)
def test_a_kind_declares_what_everything_else_derives_from(code):
    kind = KINDS[code]
    assert kind.code == code
    assert kind.zh
    assert kind.en
    assert kind.zh != kind.en
    assert kind.layers
    fields = {field.name for field in dataclasses.fields(kind)}
    declared = kind.params()
    assert {one.name for one in declared} == fields
    for one in declared:
        assert one.label("zh-hans")
        assert one.label("en")
        assert one.label("zh-hans") != one.label("en")
        assert 0 <= one.minimum <= one.maximum <= MAX_AMOUNT
        assert one.unit in {"money", "units", "bps", "flag", "choice", "sku", "prices", "components", "tiers"}
        assert not (one.required and one.default is not None)
        if one.unit == "choice":
            assert len({value for value, _, _ in one.choices}) > 1


@pytest.mark.parametrize("code", KINDS)
def test_a_kind_that_groups_units_lives_in_the_shop_layer_and_units_are_counted_in_the_item_layer(code):
    kind = KINDS[code]
    assert kind.groups_units <= (kind.layers == (Layer.SHOP,))
    assert kind.counts_units == (kind.layers == (Layer.ITEM,))
    assert kind.for_coupons == any(layer in COUPON_LAYERS or layer is Layer.SHIPPING for layer in kind.layers)
    assert set(kind.layers) <= {*ACTIVITY_LAYERS, *COUPON_LAYERS}


@pytest.mark.parametrize(("code", "given", "added"), EACH, ids=IDS)
def test_parameters_survive_the_round_trip_through_json(code, given, added):
    kind = kind_from_json(code, given)
    assert kind.to_json() == {**given, **added}
    assert kind_from_json(code, kind.to_json()) == kind


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(("code", "given", "added"), EACH, ids=IDS)
def test_the_sentence_has_no_hole_left(code, given, added, language):
    sentence = kind_from_json(code, given).sentence(Wording(language))
    assert sentence == sentence.strip() != ""
    assert not re.search(r"None|\{|\}|%\(|%s|Decimal|frozenset", sentence)
    chinese = re.search("[\u4e00-\u9fff]", sentence)
    assert bool(chinese) == (language == "zh-hans")


@pytest.mark.parametrize("currency", ["CNY", "USD", "JPY", "XXX"])
@pytest.mark.parametrize(("code", "given", "added"), EACH, ids=IDS)
def test_the_sentence_is_written_in_any_currency(code, given, added, currency):
    sentence = kind_from_json(code, given).sentence(Wording("en", currency))
    if currency in ("USD", "JPY"):
        assert {"USD": "¥", "JPY": "$"}[currency] not in sentence


@pytest.mark.parametrize(("code", "given", "added"), EACH, ids=IDS)
def test_a_key_that_nobody_knows_is_refused(code, given, added):
    assert faults_of(code, {**given, "discount": 1}) == [("params.discount", "unknown_key")]


@pytest.mark.parametrize(("code", "given", "added"), EACH, ids=IDS)
def test_null_is_as_good_as_absent(code, given, added):
    absent = {one.name: None for one in KINDS[code].params() if one.name not in given}
    assert kind_from_json(code, {**given, **absent}) == kind_from_json(code, given)


@pytest.mark.parametrize("code", KINDS)
@pytest.mark.parametrize("raw", [None, [], "x", 7, True])
def test_parameters_that_are_no_object_are_refused(code, raw):
    assert faults_of(code, raw) == [("params", "type")]


@pytest.mark.parametrize("code", KINDS)
def test_every_required_parameter_is_asked_for(code):
    given = EXAMPLES[code][0][0]
    for one in KINDS[code].params():
        if one.required:
            without = {name: value for name, value in given.items() if name != one.name}
            assert faults_of(code, without) == [(f"params.{one.name}", "required")]


@pytest.mark.parametrize("wrong", [1.5, "5", True, [], {"a": 1}, 10**30, -1])
@pytest.mark.parametrize("code", KINDS)
def test_a_number_is_a_whole_number_within_its_bounds(code, wrong):
    for given, _ in EXAMPLES[code]:
        for one in KINDS[code].params():
            if one.unit in ("money", "units", "bps") and one.name in given:
                found = faults_of(code, {**given, one.name: wrong})
                assert [path for path, _ in found] == [f"params.{one.name}"]
                assert found[0][1] in ("type", "minimum", "maximum")


@pytest.mark.parametrize("code", KINDS)
def test_the_bounds_themselves_are_allowed_and_one_beyond_is_not(code):
    for given, _ in EXAMPLES[code]:
        for one in KINDS[code].params():
            if one.unit not in ("money", "units", "bps") or one.name not in given:
                continue
            path = f"params.{one.name}"
            assert (path, "minimum") not in faults_of(code, {**given, one.name: one.minimum})
            assert (path, "minimum") in faults_of(code, {**given, one.name: one.minimum - 1})
            assert (path, "maximum") in faults_of(code, {**given, one.name: one.maximum + 1})


def tier(at: int, **benefit: object) -> dict:
    return {"at": at, "benefit": benefit}


def threshold(*tiers: dict, **more: object) -> dict:
    return {"metric": "amount", "tiers": list(tiers), **more}


@pytest.mark.parametrize(
    ("code", "params", "path", "fault"),
    [
        ("percentage_off", {"bps": 500, "round_to": 50}, "round_to", "choice"),
        ("fixed_price", {}, "value", "either"),
        ("flash_sale", {"value": 1, "prices": {"A": 1}}, "value", "either"),
        ("fixed_price", {"value": 1, "prices": {"A": -1}}, "prices.A", "minimum"),
        ("flash_sale", {"prices": {"a b": 1}}, "prices.a b", "code"),
        ("buy_n_pay_m", {"n": 2, "m": 2}, "m", "maximum"),
        ("buy_n_pay_m", {"n": 1, "m": 1}, "n", "minimum"),
        ("nth_unit", {"n": 2, "bps": 10001}, "bps", "maximum"),
        ("bundle_price", {"items": {}, "value": 1}, "items", "empty"),
        ("bundle_price", {"items": {"A": 0}, "value": 1}, "items.A", "minimum"),
        ("addon_price", {"at": 0, "prices": {}}, "prices", "empty"),
        ("exchange", {"sku": "", "value": 0}, "sku", "code"),
        ("shipping_off", {}, "value", "either"),
        ("shipping_off", {"value": 5, "free": True}, "value", "either"),
        ("threshold", threshold(), "tiers", "empty"),
        ("threshold", threshold(tier(1)), "tiers[0].benefit", "empty"),
        ("threshold", threshold(tier(1, amount_off=0)), "tiers[0].benefit.amount_off", "minimum"),
        ("threshold", threshold(tier(1, percentage_off=10001)), "tiers[0].benefit.percentage_off", "maximum"),
        (
            "threshold",
            threshold(tier(1, amount_off=1, percentage_off=1)),
            "tiers[0].benefit.percentage_off",
            "either",
        ),
        ("threshold", threshold(tier(1, amount_off=1, max=5)), "tiers[0].benefit.max", "without"),
        ("threshold", threshold(tier(1, amount_off=1), tier(1, amount_off=2)), "tiers[1].at", "duplicate"),
        ("threshold", threshold(tier(1, amount_off=1), tier(2, points=2)), "tiers[1].benefit", "mixed"),
        (
            "threshold",
            threshold(tier(1, amount_off=9), tier(2, amount_off=8)),
            "tiers[1].benefit",
            "gives_less",
        ),
        (
            "threshold",
            threshold(tier(2, amount_off=8), tier(1, amount_off=9)),
            "tiers[0].benefit",
            "gives_less",
        ),
        (
            "threshold",
            threshold(tier(1, percentage_off=9, max=5), tier(2, percentage_off=9)),
            "tiers[1].benefit",
            "gives_less",
        ),
        (
            "threshold",
            threshold(tier(1, percentage_off=9, max=5), tier(2, percentage_off=10, max=4)),
            "tiers[1].benefit",
            "gives_less",
        ),
        ("threshold", threshold(tier(1, amount_off=1), max_times=2), "max_times", "without"),
        ("threshold", threshold(tier(0, amount_off=1), repeat=True), "tiers[0].at", "minimum"),
        ("threshold", threshold(tier(1, percentage_off=1), repeat=True), "tiers[0].benefit", "repeat"),
        ("threshold", threshold(tier(1, amount_off=1, points=1), repeat=True), "tiers[0].benefit", "repeat"),
        (
            "threshold",
            threshold(tier(1, amount_off=1), tier(2, amount_off=2), repeat=True),
            "repeat",
            "one_tier",
        ),
        (
            "threshold",
            threshold(tier(1, gifts=[{"sku": "G", "quantity": 0}])),
            "tiers[0].benefit.gifts[0].quantity",
            "minimum",
        ),
        (
            "threshold",
            threshold(tier(1, coupons=[{"quantity": 1}])),
            "tiers[0].benefit.coupons[0].template",
            "required",
        ),
        ("threshold", threshold(tier(1, free=True)), "tiers[0].benefit.free", "unknown_key"),
        (
            "threshold",
            threshold({"at": 1, "benefit": {"points": 1}, "name": "x"}),
            "tiers[0].name",
            "unknown_key",
        ),
    ],
)
def test_what_cannot_be_right_is_refused_where_it_stands(code, params, path, fault):
    assert faults_of(code, params) == [(f"params.{path}", fault)]


@pytest.mark.parametrize(
    ("code", "params", "zh", "en"),
    [
        ("threshold", threshold(*AMOUNT_OFF), "满300减50", "¥50 off from ¥300"),
        ("percentage_off", {"bps": 1500}, "每件8.5折", "15% off each unit"),
        ("nth_unit", {"n": 2, "bps": 5000}, "第2件半价", "every 2nd unit 50% off"),
        ("buy_n_pay_m", {"n": 3, "m": 2}, "买3件付2件", "buy 3, pay 2"),
        ("n_for_price", {"n": 3, "value": 9900}, "¥99任选3件", "any 3 for ¥99"),
        (
            "flash_sale",
            {"prices": {"A": 5900, "B": 990}},
            "2个SKU秒杀价¥9.90起",
            "flash price from ¥9.90 on 2 SKUs",
        ),
        ("shipping_off", {"at": 9900, "free": True}, "满¥99包邮", "spend ¥99, free shipping"),
        ("exchange", {"sku": "A", "value": 0}, "免费兑换A", "A for free"),
    ],
)
def test_sentences_read_as_people_say_it(code, params, zh, en):
    kind = kind_from_json(code, params)
    assert (kind.sentence(Wording("zh-hans")), kind.sentence(Wording("en"))) == (zh, en)
