"""The sentence that rewrites itself as people type, in both languages."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from apps.offers.documents import read_activity, read_campaign, read_template
from apps.offers.sentence import sentence
from apps.pricing.kinds import Wording
from tests.offers.documents import activity, flash, read, template

SHANGHAI = ZoneInfo("Asia/Shanghai")
ZH, EN = Wording("zh-hans"), Wording("en")

FIFTY_OFF = {"metric": "amount", "tiers": [{"at": 30000, "benefit": {"amount_off": 5000}}]}
NO_COUPONS = ["item", "shop", "shipping"]

ACTIVITIES = [
    (
        activity(
            params=FIFTY_OFF,
            limits={"per_customer_orders": 1},
            stacks_with=NO_COUPONS,
            budget={"amount": 12_000_000},
        ),
        "11月10日20:00至11月11日24:00，满300减50，每人限1次，不可用券，最多花 ¥120,000",
        "10 Nov 20:00 to 11 Nov 24:00, ¥50 off from ¥300, 1 order per customer, no coupons, "
        "at most ¥120,000 spent",
    ),
    (
        flash(
            params={"prices": {"A": 5900, "B": 990}},
            scope={"mode": "include", "skus": ["A", "B"]},
            schedule={"tz": "Asia/Shanghai", "sessions": [{"from": "20:00", "to": "22:00"}]},
            limits={"per_customer_sku_units": 1, "per": "session"},
            stock={"total": 3000, "per": "session"},
            stacks_with=[],
        ),
        "11月10日20:00至11月11日24:00，每天20:00–22:00，2个SKU秒杀价¥9.90起，每场每人每款限1件，"
        "不与任何优惠同享，每场共3,000件",
        "10 Nov 20:00 to 11 Nov 24:00, every day 20:00–22:00, flash price from ¥9.90 on 2 SKUs, "
        "1 unit of each SKU per customer in each session, with no other offer, 3,000 units in each session",
    ),
    (
        activity(
            params={"metric": "quantity", "tiers": [{"at": 3, "benefit": {"percentage_off": 1500, "max": 10000}}]},
            scope={"mode": "exclude", "brands": ["b1"], "categories": ["c1", "c2"]},
            targeting={"new_customers_only": True, "member_levels": [2, 3], "channels": ["app"]},
            schedule={"tz": "Asia/Shanghai", "days": [6, 7]},
            stacks_with=["shop_coupon", "platform_coupon"],
        ),
        "11月10日20:00至11月11日24:00，每周六、日，满3件打8.5折（最多减¥100），除2个类目、1个品牌外全部商品，"
        "仅限新客，限会员等级2、3，限渠道app，仅可用券",
        "10 Nov 20:00 to 11 Nov 24:00, on Sat, Sun, 15% off (at most ¥100) from 3 units, "
        "on everything but 2 categories, 1 brand, new customers only, member levels 2, 3, channel app, "
        "only coupons besides",
    ),
    (
        activity(layer="shipping", kind="shipping_off", params={"at": 9900, "free": True}),
        "11月10日20:00至11月11日24:00，满¥99包邮",
        "10 Nov 20:00 to 11 Nov 24:00, spend ¥99, free shipping",
    ),
]  # fmt: skip

TEMPLATES = [
    (
        template(validity={"mode": "relative", "days": 7}, budget={"amount": 1_000_000, "quantity": 10_000}),
        "领取后7天内有效，满100减10，共10,000张，最多花 ¥10,000",
        "Valid for 7 days after it is claimed, ¥10 off from ¥100, 10,000 coupons, at most ¥10,000 spent",
    ),
    (
        template(
            issuer="S1",
            validity={"mode": "relative", "delay_days": 1, "days": 1},
            stacks_with=["item", "platform", "shipping"],
        ),
        "领取1天后生效，有效1天，满100减10，不可用其他券，不与店铺优惠同享",
        "Valid for 1 day, from 1 day after it is claimed, ¥10 off from ¥100, no other coupons, "
        "not with shop offers",
    ),
    (
        template(
            kind="exchange",
            params={"sku": "G", "value": 0},
            validity={"mode": "fixed", "from": "2026-11-01T00:00:00+08:00", "until": "2026-12-01T00:00:00+08:00"},
        ),
        "11月1日00:00至11月30日24:00，免费兑换G",
        "1 Nov 00:00 to 30 Nov 24:00, G for free",
    ),
]  # fmt: skip


CAMPAIGN = {
    "code": "c",
    "name": "c",
    "items": [{"template": "t", "quantity": 2}, {"template": "u"}],
    "starts_at": "2026-11-10T20:00:00+08:00",
    "ends_at": "2026-11-12T00:00:00+08:00",
    "quantity": 20_000,
}
CAMPAIGNS = [
    (
        {
            **CAMPAIGN,
            "per_customer": 2,
            "per_customer_per_day": 1,
            "releases": [
                {"at": f"2026-11-{day}T20:00:00+08:00", "quantity": 10_000} for day in (10, 11)
            ],
        },
        "11月10日20:00至11月11日24:00，顾客领取3张券，共20,000份，每人限2份，每人每天限1份，分2场放量",
        "10 Nov 20:00 to 11 Nov 24:00, 3 coupons for whoever claims, 20,000 in all, 2 per customer, "
        "1 per customer a day, released in 2 slots",
    ),
    (
        {**CAMPAIGN, "items": [{"template": "t"}], "mode": "on_event:birthday"},
        "11月10日20:00至11月11日24:00，生日送1张券，共20,000份",
        "10 Nov 20:00 to 11 Nov 24:00, 1 coupon on birthdays, 20,000 in all",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "zh", "en"), CAMPAIGNS)
def test_a_claim_campaign_in_words(raw: Any, zh: str, en: str) -> None:
    content, faults = read(read_campaign, raw)
    assert faults == []
    assert sentence(content, ZH, SHANGHAI) == zh
    assert sentence(content, EN, SHANGHAI) == en


@pytest.mark.parametrize(("raw", "zh", "en"), ACTIVITIES)
def test_an_activity_in_words(raw: Any, zh: str, en: str) -> None:
    content, faults = read(read_activity, raw)
    assert faults == []
    assert sentence(content, ZH, SHANGHAI) == zh
    assert sentence(content, EN, SHANGHAI) == en


@pytest.mark.parametrize(("raw", "zh", "en"), TEMPLATES)
def test_a_template_in_words(raw: Any, zh: str, en: str) -> None:
    content, faults = read(read_template, raw)
    assert faults == []
    assert sentence(content, ZH, SHANGHAI) == zh
    assert sentence(content, EN, SHANGHAI) == en


def test_times_are_local_and_other_years_are_named() -> None:
    content, _ = read(read_activity, activity(ends_at="2027-01-02T00:00:00+08:00"))
    now = datetime(2026, 11, 1, tzinfo=UTC)
    assert sentence(content, ZH, SHANGHAI, now).startswith("11月10日20:00至2027年1月1日24:00，")
    assert sentence(content, EN, ZoneInfo("UTC"), now).startswith("10 Nov 12:00 to 1 Jan 2027 16:00, ")


def test_other_currencies_keep_their_sign() -> None:
    content, _ = read(read_activity, activity(params=FIFTY_OFF))
    assert "满$300减$50" in sentence(content, Wording("zh-hans", "USD"), SHANGHAI)


@pytest.mark.parametrize(
    ("half", "zh"),
    [
        ({}, ""),
        ({"starts_at": "2026-11-10T20:00:00+08:00"}, "11月10日20:00起"),
        ({"kind": "threshold"}, "满减"),
        (
            {"kind": "threshold", "params": {"metric": "amount", "tiers": []}, "budget": {"amount": 100}},
            "满减，最多花 ¥1",
        ),
        ({"kind": "flash_sale", "params": {"value": 5900}, "layer": "item"}, "秒杀价¥59"),
    ],
)
def test_what_is_still_missing_is_left_out(half: dict[str, Any], zh: str) -> None:
    assert sentence(half, ZH, SHANGHAI) == zh
