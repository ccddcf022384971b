"""Rules in words."""

from datetime import timedelta, timezone
from typing import Any

import pytest

from apps.audiences.sentence import sentence

BEIJING = timezone(timedelta(hours=8))
VIP: dict[str, Any] = {
    "all": [
        {"field": "member_level", "op": "gte", "value": 3},
        {"field": "tags", "op": "contains", "value": "vip"},
    ]
}
MIXED: dict[str, Any] = {
    "any": [
        {"all": [VIP["all"][0], {"field": "orders", "op": "lt", "value": 2}]},
        {"not": {"field": "region", "op": "in", "value": ["广东", "海南"]}},
    ]
}


@pytest.mark.parametrize(
    ("rule", "chinese", "english"),
    [
        (VIP, "会员等级不低于3，且标签含“vip”", "member level is at least 3 and tags include “vip”"),
        (
            MIXED,
            "（会员等级不低于3，且订单数小于2），或非（地区属于“广东”、“海南”）",
            "(member level is at least 3 and number of orders is less than 2)"
            " or not (region is one of “广东”, “海南”)",
        ),
        (
            {"field": "registered_at", "op": "gte", "value": "2025-12-31T16:00:00+00:00"},
            "注册时间不早于2026-01-01 00:00",
            "registration is not before 2026-01-01 00:00",
        ),
        ({"field": "employee", "op": "eq", "value": True}, "“employee”为是", "“employee” is yes"),
        ({"all": []}, "所有顾客", "every customer"),
        ({"any": []}, "无人", "nobody"),
        ({"all": [{"any": [VIP["all"][1]]}]}, "标签含“vip”", "tags include “vip”"),
    ],
)
def test_sentence(rule: dict[str, Any], chinese: str, english: str) -> None:
    assert sentence(rule, "zh-hans", BEIJING) == chinese
    assert sentence(rule, "en", BEIJING) == english
