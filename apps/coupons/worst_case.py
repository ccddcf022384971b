"""The most that one coupon can cost: what its template's budget reserves when it is issued."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.pricing.kinds import kind_from_json


def worst_case(content: Mapping[str, Any]) -> int | None:
    """Of a template's document, in minor units; None for what takes a budget in numbers only."""
    return kind_from_json(content["kind"], dict(content["params"])).worst_amount()
