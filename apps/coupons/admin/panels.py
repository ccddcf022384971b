"""How a template or a campaign stands, on top of its page: budgets as bars, where coupons went, releases in time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse

from apps.coupons.admin.reasons import in_words
from apps.coupons.models import ClaimCampaign, CodeBatch, CouponTemplate
from apps.coupons.models.coupon import SOURCE_LABELS
from apps.coupons.standing import Slot, Standing, Went, campaign_standing, planned, standing_of, where_it_went
from apps.offers.documents.campaign import CampaignMode

SHOWN_SLOTS = 12
SHOWN_SOURCES = 30


def of_template(template: CouponTemplate) -> dict[str, Any] | None:
    """None as long as it was never approved: there is nothing to tell yet."""
    if template.current is None:
        return None
    went = where_it_went(template.code)
    return {
        "template": "admin/coupons/template_panel.html",
        "standing": standing_of(template.code) or planned(template.current.content),
        "sum": _sum_of(went),
        "went": list(_with_names(went[:SHOWN_SOURCES])),
        "hidden": max(0, len(went) - SHOWN_SOURCES),
    }


def _sum_of(went: Iterable[Went]) -> Went:
    rows = [
        (one.issued, one.used, one.held, one.unused, one.expired, one.void, one.spent_amount) for one in went
    ]
    return (
        Went("", "", *(sum(column) for column in zip(*rows, strict=True))) if rows else Went("", "", *[0] * 7)
    )


def _with_names(went: Sequence[Went]) -> Iterable[dict[str, Any]]:
    origins = {one.origin for one in went if one.origin}
    pages: dict[str, tuple[str, str]] = {}
    for model, name in ((ClaimCampaign, "coupons_claimcampaign"), (CodeBatch, "coupons_codebatch")):
        manager: Any = model._default_manager
        for code, title, pk in manager.filter(code__in=origins).values_list("code", "name", "pk"):
            pages[code] = (title, reverse(f"admin:{name}_change", args=[pk]))
    for one in went:
        title, url = pages.get(one.origin, (one.origin, ""))
        yield {"went": one, "label": SOURCE_LABELS[one.source], "title": title, "url": url}


def of_campaign(campaign: ClaimCampaign) -> dict[str, Any] | None:
    """None for what nobody claims, and as long as it was never approved."""
    if campaign.current_id is None or campaign.mode != CampaignMode.CLAIM:
        return None
    standing = campaign_standing(campaign.code)
    if standing is None:
        return None
    terms, claims = standing.campaign.terms, standing.campaign.claims
    return {
        "template": "admin/coupons/campaign_panel.html",
        "now": standing.now,
        "quantity": terms.quantity,
        "claims": claims,
        "released": terms.released(standing.now),
        "left": standing.campaign.left(standing.now),
        "share": 100 * claims // terms.quantity if terms.quantity else 0,
        "following": terms.next_release(standing.now),
        "slots": _around_now(standing.slots),
        "hidden": max(0, len(standing.slots) - SHOWN_SLOTS),
        "refusals": [(in_words(reason), number) for reason, number in standing.refusals],
        "short": standing.short,
    }


def _around_now(slots: Sequence[Slot]) -> Sequence[Slot]:
    """As many of them as fit, those before and after the present alike."""
    begun = sum(slot.state != "coming" for slot in slots)
    first = max(0, min(begun - SHOWN_SLOTS // 2, len(slots) - SHOWN_SLOTS))
    return slots[first : first + SHOWN_SLOTS]


def small_bars(standing: Standing) -> Any:
    """For lists."""
    return render_to_string("admin/coupons/small_bars.html", {"standing": standing})
