"""The panels of an answer: price, goods, time line, conflicts, history, and what a link switches on and off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, QueryDict

from apps.accounts.scope import visible
from apps.catalog.models import Sku
from apps.coupons.models import CouponTemplate
from apps.offers.lifecycle import State
from apps.orders.simulator import telling
from apps.orders.simulator.conflicts import conflicts
from apps.orders.simulator.drafts import Draft
from apps.orders.simulator.form import SimulatorForm
from apps.orders.simulator.history_chart import chart_of
from apps.orders.simulator.pricing import Simulated
from apps.orders.simulator.question import Question, typed
from apps.orders.simulator.timeline import SPANS, timeline
from apps.orders.simulator.waterfall import Waterfall, names_of, waterfall
from apps.pricing.book import lines_covered
from apps.pricing.offer import Offer

MOST_CHARTS = 3
MOST_SWITCHES = 12
MOST_TEMPLATES = 200
#: by how much the slider reaches back and forth
REACH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Switch:
    """Something that a link turns on or off: a draft, a coupon to be held, an offer insisted on or left out."""

    code: str
    name: str
    on: bool
    url: str
    in_review: bool = False
    whole: bool = True


def screen(
    request: HttpRequest,
    form: SimulatorForm,
    asked: QueryDict,
    question: Question,
    found: Simulated,
    drafts: Sequence[Draft],
    waiting: Sequence[Draft],
) -> dict[str, Any]:
    links = _Links(request.path, asked)
    result = waterfall(found.answer)
    days = _days(request)
    named = frozenset(draft.code for draft in drafts)
    line = timeline(found, result, days=days, drafts=named)
    moved = question.as_of is not None
    return {
        "result": result,
        "found": found,
        "moved": moved,
        "per_unit": _per_unit(result),
        "goods": _goods(result),
        "line": line,
        "rows": [_with_links(row, links, asked) for row in line.rows],
        "spans": [(span, span == days, links.to(span=[str(span)])) for span in SPANS],
        "turns": [(at, name, word, links.to(as_of=[typed(at)])) for at, name, word in line.turns],
        "now_url": links.to(as_of=[]),
        "slider": _slider(found),
        "conflicts": conflicts(found),
        "charts": _charts(result, found),
        "drafts_shown": _drafts(found, drafts, waiting, links),
        "coupons_shown": _coupons(request, found, question, links),
        "chips": _chips(asked, links),
        "without": _left_out(question, links),
        "sentence": telling.sentence(result, found.moment if moved else None),
        "share_url": request.build_absolute_uri(links.to()),
        "api_text": telling.request_text(question.body),
        "beyond": telling.beyond(question, past=found.is_past),
    }


class _Links:
    """This page's address with some parameters changed."""

    def __init__(self, path: str, asked: QueryDict) -> None:
        self.path, self.asked = path, asked

    def to(self, **changed: Iterable[str]) -> str:
        query = self.asked.copy()
        for name, values in changed.items():
            query.setlist(name, list(values))
        for name in [name for name, values in query.lists() if not any(values)]:
            del query[name]
        return f"{self.path}?{query.urlencode()}"

    def toggled(self, name: str, code: str, *, off: str = "") -> str:
        """With or without one value of a repeated parameter; turned on it leaves the parameter `off`."""
        values = self.asked.getlist(name)
        if code in values:
            return self.to(**{name: [value for value in values if value != code]})
        changed = {name: [*values, code]}
        if off:
            changed[off] = [value for value in self.asked.getlist(off) if value != code]
        return self.to(**changed)


def _days(request: HttpRequest) -> int:
    said = request.GET.get("span", "")
    return int(said) if said in {str(span) for span in SPANS} else 7


def _per_unit(result: Waterfall) -> int | None:
    """Of one SKU alone: what each unit comes to, rounded down."""
    if len(result.lines) != 1 or result.lines[0]["quantity"] == 1:
        return None
    return result.lines[0]["net_amount"] // result.lines[0]["quantity"]


def _goods(result: Waterfall) -> list[dict[str, Any]]:
    """Each line with the price of its cheapest unit, and what protects it."""
    codes = [line["sku"] for line in result.lines]
    rows = Sku.objects.filter(pk__in=codes).values_list("pk", "floor_price_amount", "cost_amount")
    facts = {code: (floor, cost) for code, floor, cost in rows}
    found = []
    for line in result.lines:
        floor, cost = facts.get(line["sku"], (None, None))
        lowest = min(segment["net_amount"] // segment["units"] for segment in line["segments"])
        low = any(floor is not None and s["net_amount"] < floor * s["units"] for s in line["segments"])
        loss = any(cost is not None and s["net_amount"] < cost * s["units"] for s in line["segments"])
        found.append(
            {**line, "lowest": lowest, "floor": floor, "cost": cost, "below_floor": low, "below_cost": loss}
        )
    return found


def _with_links(row: Any, links: _Links, asked: QueryDict) -> dict[str, Any]:
    code = row.offer.code
    return {
        "row": row,
        "forced": code in asked.getlist("force"),
        "force_url": links.toggled("force", code, off="without"),
        "without_url": links.toggled("without", code, off="force"),
    }


def _slider(found: Simulated) -> dict[str, Any]:
    """Seconds since 1970, for the script: the slider's ends, where it stands, and the present."""
    first, last = sorted((found.now, found.moment))
    return {
        "min": int((first - REACH).timestamp()),
        "max": int((last + REACH).timestamp()),
        "at": int(found.moment.timestamp()),
        "now": int(found.now.timestamp()),
        "zone": settings.TIME_ZONE,
    }


def _charts(result: Waterfall, found: Simulated) -> list[tuple[str, str, Any]]:
    shown = []
    for line in result.lines[:MOST_CHARTS]:
        chart = chart_of(line["sku"], min(found.moment, found.now))
        if chart is not None:
            shown.append((line["sku"], line["name"], chart))
    return shown


def _drafts(
    found: Simulated, drafts: Sequence[Draft], waiting: Sequence[Draft], links: _Links
) -> list[Switch]:
    """The drafts counted in, then others that reach these goods."""
    on = {draft.key for draft in drafts}
    others = [d for d in waiting if d.key not in on and d.offer is not None and _reaches(d.offer, found)]
    return [
        Switch(
            draft.code,
            draft.name,
            draft.key in on,
            links.toggled("draft", draft.key),
            draft.in_review,
            draft.offer is not None,
        )
        for draft in [*drafts, *others][:MOST_SWITCHES]
    ]


def _coupons(request: HttpRequest, found: Simulated, question: Question, links: _Links) -> list[Switch]:
    """Templates whose coupons could be used on these goods, as if the customer had one."""
    rows = visible(request.user, CouponTemplate.rows()).filter(status=State.APPROVED)
    known = found.book.offers.offers
    switches = []
    for code, name in rows.order_by("-pk").values_list("code", "name")[:MOST_TEMPLATES]:
        offer = known.get(code)
        if offer is not None and _reaches(offer, found):
            switches.append(Switch(code, name, code in question.coupons, links.toggled("coupon", code)))
    return sorted(switches, key=lambda switch: not switch.on)[:MOST_SWITCHES]


def _reaches(offer: Offer, found: Simulated) -> bool:
    return bool(lines_covered(offer, found.cart.lines))


def _chips(asked: QueryDict, links: _Links) -> list[Switch]:
    """Offers insisted on."""
    codes = [code for code in dict.fromkeys(asked.getlist("force")) if code]
    names: Mapping[str, str] = names_of(codes)
    return [Switch(code, names.get(code, code), True, links.toggled("force", code)) for code in codes]


def _left_out(question: Question, links: _Links) -> list[Switch]:
    names = names_of(question.without)
    return [
        Switch(code, names.get(code, code), True, links.toggled("without", code)) for code in question.without
    ]
