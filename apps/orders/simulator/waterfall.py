"""A quote as steps from the list price down to what is paid, with the names of offers and goods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.activities.models import Activity
from apps.catalog.models import Sku
from apps.coupons.models import CouponTemplate
from apps.orders.history import offers_then
from apps.orders.simulator.reasons import in_words
from apps.pricing.kinds import Wording
from apps.pricing.layers import Layer
from apps.pricing.offer import Offer

LAYERS: dict[str, Promise] = {
    Layer.ITEM.value: _("item price"),
    Layer.SHOP.value: _("shop offer"),
    Layer.PLATFORM.value: _("platform offer"),
    Layer.SHOP_COUPON.value: _("shop coupon"),
    Layer.PLATFORM_COUPON.value: _("platform coupon"),
    Layer.SHIPPING.value: _("shipping"),
}


@dataclass(frozen=True)
class Step:
    """One offer: what it takes off and what is left after it; `share` is the bar's length in percent.

    `full` is what it would have taken where a floor, a cap or the amount left cut it, else None.
    """

    name: str
    code: str
    discount: int
    left: int
    share: int
    layer: Promise | str = ""
    full: int | None = None


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
    """From the answer of a quote or an order; four statements for names and tiers, whatever its length."""
    refused = [entry for entry in answer["not_applied"] if entry["offer"]]
    named = [entry["offer"] for entry in (*answer["offers"], *refused)]
    names = names_of([*named, *_named_in(refused)])
    goals = goals_of(
        [entry["offer"] for entry in refused if entry["reason"] == "threshold_not_met"],
        datetime.fromisoformat(answer["as_of"]),
        answer["currency"],
    )
    layers = {entry["offer"]: LAYERS.get(entry["layer"], "") for entry in answer["offers"]}
    start = answer["list_total"] + answer["shipping_fee"]
    uses = [(entry["offer"], entry["discount"], entry.get("full_discount")) for entry in answer["offers"]]
    return Waterfall(
        answer=answer,
        start=start,
        steps=steps_down(start, uses, names, layers),
        lines=_lines(answer, names, layers),
        refused=[
            {
                "name": names.get(entry["offer"], entry["offer"]),
                "code": entry["offer"],
                "reason": in_words(entry, names, answer["currency"], goals),
            }
            for entry in refused
        ],
    )


def steps_down(
    start: int,
    uses: Iterable[tuple[str, int, int | None]],
    names: Mapping[str, str],
    layers: Mapping[str, Promise | str],
) -> list[Step]:
    """From `start` down: (offer, what it takes off, what it might have taken)."""
    steps, left = [], start
    for code, discount, full in uses:
        left -= discount
        share = round(100 * left / start) if start else 0
        cut = full if full is not None and full > discount else None
        steps.append(Step(names.get(code, code), code, discount, left, share, layers.get(code, ""), cut))
    return steps


def goals_of(codes: Iterable[str], moment: datetime, currency: str) -> dict[str, str]:
    """What each of these offers gives from where on (满400减60), in its version live at `moment`."""
    words = Wording(get_language() or "zh", currency)
    return {code: _goal(offer, words) for code, offer in offers_then(codes, moment).items()}


def _goal(offer: Offer, words: Wording) -> str:
    """Of several tiers the first: that is the one whose gap is told."""
    kind = offer.kind
    tiers = getattr(kind, "tiers", ())
    if not tiers:
        return kind.sentence(words)
    return tiers[0].sentence(getattr(kind, "metric", "amount"), getattr(kind, "repeat", False), words)


def names_of(codes: Iterable[str]) -> dict[str, str]:
    wanted = set(codes)
    activities = Activity.objects.filter(code__in=wanted).values_list("code", "name")
    return {
        **dict(CouponTemplate.objects.filter(code__in=wanted).values_list("code", "name")),
        **dict(activities),
    }


def _named_in(refused: Iterable[Mapping[str, Any]]) -> list[str]:
    return [code for entry in refused for code in entry.get("codes", ())]


def _lines(
    answer: Mapping[str, Any], names: Mapping[str, str], layers: Mapping[str, Promise | str]
) -> list[dict[str, Any]]:
    skus = {line["sku"] for line in answer["lines"]}
    goods = dict(Sku.objects.filter(code__in=skus).values_list("code", "name"))
    return [
        {
            **line,
            "name": goods.get(line["sku"], ""),
            "segments": [_segment(line, segment, names, layers) for segment in line["segments"]],
        }
        for line in answer["lines"]
    ]


def _segment(
    line: Mapping[str, Any],
    segment: Mapping[str, Any],
    names: Mapping[str, str],
    layers: Mapping[str, Promise | str],
) -> dict[str, Any]:
    """A segment with its own steps from the list price to what is paid for it; a share of 0 takes nothing off."""
    start = segment["units"] * line["unit_price"]
    uses = [(share["offer"], share["amount"], None) for share in segment["shares"] if share["amount"]]
    return {**segment, "list_amount": start, "steps": steps_down(start, uses, names, layers)}
