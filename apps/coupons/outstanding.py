"""What a template's coupons out there amount to, and whom a campaign would reach: the numbers approvers decide by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection

from apps.audiences.models import Audience
from apps.audiences.selectors import rule_size
from apps.coupons.models import CouponTemplate
from apps.coupons.worst_case import worst_case

OPEN = """
SELECT count(*) FILTER (WHERE state = 'unused'), count(*) FILTER (WHERE state = 'held'),
    coalesce(sum(reserved_amount), 0)::bigint
FROM coupons_coupon WHERE template = %s AND state IN ('unused', 'held')
"""


@dataclass(frozen=True, slots=True)
class Outstanding:
    """Coupons that are not used yet, and the money that is kept for them."""

    unused: int
    held: int
    reserved_amount: int

    def as_json(self) -> dict[str, int]:
        return asdict(self)


def open_coupons(template: str) -> Outstanding:
    with connection.cursor() as cursor:
        cursor.execute(OPEN, [template])
        row = cursor.fetchone()
    assert row is not None
    return Outstanding(*row)


@dataclass(frozen=True, slots=True)
class Reach:
    """At most these people get at most this each (None: no bound in money); `exact` False for an estimate."""

    people: int
    exact: bool
    each_amount: int | None

    @property
    def most_amount(self) -> int | None:
        return None if self.each_amount is None else self.people * self.each_amount


def reach_of(content: Mapping[str, Any]) -> Reach:
    """Of a campaign's document, by its audiences alone and never more than its quantity."""
    people, exact = _people(content["targeting"]["audiences"])
    return Reach(min(people, content["quantity"]), exact, worst_of_items(content["items"]))


def worst_of_items(items: list[Mapping[str, Any]]) -> int | None:
    """The most that one claim can cost; None where one of its coupons has no bound."""
    templates = CouponTemplate.objects.filter(code__in=[item["template"] for item in items])
    worst = {one.code: _worst(one) for one in templates.select_related("current")}
    each = [worst.get(item["template"]) for item in items]
    if any(one is None for one in each):
        return None
    return sum((one or 0) * item["quantity"] for one, item in zip(each, items, strict=True))


def _worst(template: CouponTemplate) -> int | None:
    version = template.current or template.open_version()
    return None if version is None else worst_case(version.content)


def _people(codes: list[str]) -> tuple[int, bool]:
    """How many an audience each has, added up: whoever is in two counts twice."""
    if not codes:
        return rule_size({"all": []})
    total, exact = 0, len(codes) == 1
    for audience in Audience.objects.filter(code__in=codes):
        total += audience.list_size
        if audience.rule is not None:
            size, counted = rule_size(audience.rule)
            total, exact = total + size, exact and counted and not audience.has_list
    return total, exact
