"""A quote as steps from the list price down to what is paid, with the names of offers and goods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from apps.activities.models import Activity
from apps.catalog.models import Sku
from apps.coupons.models import CouponTemplate
from apps.orders.simulator.reasons import in_words


@dataclass(frozen=True)
class Step:
    """One offer: what it takes off and what is left after it; `share` is the bar's length in percent."""

    name: str
    code: str
    discount: int
    left: int
    share: int


@dataclass(frozen=True)
class Waterfall:
    answer: Mapping[str, Any]
    start: int
    steps: list[Step]
    lines: list[dict[str, Any]]
    refused: list[dict[str, Any]]

    @property
    def payable(self) -> int:
        return self.answer["payable_total"]

    @property
    def saved(self) -> int:
        return self.start - self.payable


def waterfall(answer: Mapping[str, Any]) -> Waterfall:
    """From the answer of a quote; two statements for the names, whatever its length."""
    used = [entry["offer"] for entry in answer["offers"]]
    refused = [entry for entry in answer["not_applied"] if entry["offer"]]
    names = names_of([*used, *(entry["offer"] for entry in refused), *_named_in(refused)])
    start = left = answer["list_total"] + answer["shipping_fee"]
    steps = []
    for entry in answer["offers"]:
        left -= entry["discount"]
        code, discount = entry["offer"], entry["discount"]
        share = round(100 * left / start) if start else 0
        steps.append(Step(names.get(code, code), code, discount, left, share))
    return Waterfall(
        answer=answer,
        start=start,
        steps=steps,
        lines=_lines(answer),
        refused=[
            {
                "name": names.get(entry["offer"], entry["offer"]),
                "code": entry["offer"],
                "reason": in_words(entry, names, answer["currency"]),
            }
            for entry in refused
        ],
    )


def names_of(codes: Iterable[str]) -> dict[str, str]:
    wanted = set(codes)
    activities = Activity.objects.filter(code__in=wanted).values_list("code", "name")
    return {
        **dict(CouponTemplate.objects.filter(code__in=wanted).values_list("code", "name")),
        **dict(activities),
    }


def _named_in(refused: Iterable[Mapping[str, Any]]) -> list[str]:
    return [code for entry in refused for code in entry.get("codes", ())]


def _lines(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    skus = {line["sku"] for line in answer["lines"]}
    names = dict(Sku.objects.filter(code__in=skus).values_list("code", "name"))
    return [{**line, "name": names.get(line["sku"], "")} for line in answer["lines"]]
