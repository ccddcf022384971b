"""What a coupon reserves when it is issued."""

from typing import Any

import pytest

from apps.coupons.worst_case import worst_case
from apps.offers.documents import read_template
from tests.offers.documents import read, template


def tier(at: int, **benefit: Any) -> dict[str, Any]:
    return {"at": at, "benefit": benefit}


def spent(*tiers: dict[str, Any], **more: Any) -> tuple[str, dict[str, Any]]:
    return "threshold", {"metric": "amount", "tiers": list(tiers), **more}


@pytest.mark.parametrize(
    ("kind_and_params", "most"),
    [
        (spent(tier(20_000, amount_off=3_000), tier(10_000, amount_off=1_000)), 3_000),
        (spent(tier(10_000, amount_off=1_000), repeat=True, max_times=4), 4_000),
        (spent(tier(10_000, amount_off=1_000), repeat=True), None),
        (spent(tier(100, percentage_off=500, max=700), tier(300, percentage_off=900, max=800)), 800),
        (spent(tier(0, percentage_off=2_000)), None),
        (spent(tier(100, points=5)), None),
        (("shipping_off", {"value": 600}), 600),
        (("shipping_off", {"free": True}), None),
        (("exchange", {"sku": "A", "value": 0}), None),
    ],
)
def test_the_most_a_coupon_can_cost(kind_and_params: tuple[str, dict[str, Any]], most: int | None) -> None:
    kind, params = kind_and_params
    content, wrong = read(read_template, template(kind=kind, params=params))
    assert wrong == []
    assert worst_case(content) == most
