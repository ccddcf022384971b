"""The report as what speaks against a request: too cheap, too deep, too dear, or not known yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.approvals.models import ApprovalRequest
from apps.approvals.registry import Risk
from apps.catalog.selectors import portal
from apps.core.jobs.states import OPEN
from apps.impact.models.reports import ImpactReport
from apps.impact.reports.findings import Price
from apps.impact.reports.limits import limits
from apps.impact.reports.links import simulator_of
from apps.impact.reports.reading import is_stale, newest, under_way
from apps.impact.reports.subjects import document_of
from apps.pricing.money import format_money, format_percent

TOO_CHEAP, TOO_DEEP, TOO_DEAR = "below_floor", "too_deep", "too_dear"
PENDING, STALE, UNSURE = "report_pending", "report_stale", "not_searched"
TWO = 2


def risks_of(request: ApprovalRequest) -> Sequence[Risk]:
    """The worst first; what nobody has computed yet counts as a risk, too."""
    if not document_of(request):
        return []
    report = newest(request)
    if report is None:
        return [_unknown(request)] if settings.IMPACT_REPORTS else []
    return list(_found(request, report))


def _found(request: ApprovalRequest, report: ImpactReport) -> Iterator[Risk]:
    found, limit = report.found, limits()
    if found["lows"]:
        yield _too_cheap(request, found)
    elif found["unsearched"]:
        yield _unsure(found["unsearched"])
    deepest = Price(**found["deepest"]) if found["deepest"] else None
    if deepest is not None and limit.depth_bps is not None and deepest.depth_bps > limit.depth_bps:
        yield _too_deep(request, deepest, limit.depth_bps)
    most = found["exposure"]
    if limit.cost_amount is not None and (most is None or most > limit.cost_amount):
        yield _too_dear(most, limit.cost_amount)
    if is_stale(report):
        yield Risk(
            STALE,
            _("Offers changed since the impact report was computed; it is computed anew within a minute."),
            _("I decide with the older report"),
        )


def _too_cheap(request: ApprovalRequest, found: dict[str, Any]) -> Risk:
    worst = Price(**found["lows"][0])
    count = found["below_cost"] if worst.below_cost else found["below_floor"]
    guard = (worst.cost if worst.below_cost else worst.floor) or 0
    if worst.below_cost:
        text = ngettext(
            "%(count)s SKU can be had for %(price)s, below its cost of %(guard)s",
            "%(count)s SKUs can be had below their cost: the worst for %(price)s, its cost is %(guard)s",
            count,
        )
        tick = _("I know that it is below the cost")
    else:
        text = ngettext(
            "%(count)s SKU can be had for %(price)s, below its floor price of %(guard)s",
            "%(count)s SKUs can be had below their floor price: the worst for %(price)s, its floor is %(guard)s",
            count,
        )
        tick = _("I know that it is below the floor price")
    said = text % {"count": count, "price": _money(worst.unit_amount), "guard": _money(guard)}
    return Risk(TOO_CHEAP, said, tick, worst.names, TWO, simulator_of(request, worst))


def _too_deep(request: ApprovalRequest, deepest: Price, limit: int) -> Risk:
    said = _("%(sku)s loses %(percent)s of its list price; more than %(limit)s asks for two approvers") % {
        "sku": deepest.sku,
        "percent": format_percent(deepest.depth_bps),
        "limit": format_percent(limit),
    }
    return Risk(
        TOO_DEEP, said, _("I know how deep it goes"), deepest.names, TWO, simulator_of(request, deepest)
    )


def _too_dear(most: int | None, limit: int) -> Risk:
    if most is None:
        said = _("Nothing bounds what it can cost; more than %(limit)s asks for two approvers") % {
            "limit": _money(limit)
        }
    else:
        said = _("It can cost %(most)s; more than %(limit)s asks for two approvers") % {
            "most": _money(most),
            "limit": _money(limit),
        }
    return Risk(TOO_DEAR, said, _("I know what it can cost"), (), TWO)


def _unsure(count: int) -> Risk:
    """More goods than a report searches, and none of the most suspicious is too cheap."""
    said = ngettext(
        "%(count)s price class was not searched and could be too cheap",
        "%(count)s price classes were not searched and could be too cheap",
        count,
    ) % {"count": count}
    return Risk(UNSURE, said, _("I decide although not everything was searched"), (), TWO)


def _unknown(request: ApprovalRequest) -> Risk:
    """Nobody knows, so it counts like the worst: a tick and two approvers, or waiting."""
    waiting = under_way(request)
    if waiting is None or waiting.job.state in OPEN:
        said = _("The impact report is still being computed: what it could cost is not known yet")
    else:
        said = _("The impact report could not be computed: what it could cost is not known")
    return Risk(PENDING, said, _("I decide without the report"), (), TWO)


def _money(amount: int) -> str:
    return format_money(amount, portal().currency)
