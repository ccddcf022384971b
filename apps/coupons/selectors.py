"""Reads over claim campaigns and coupons, for those who show them; templates are read through the offer book."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Case, CharField, F, OuterRef, Q, QuerySet, Subquery, Value, When

from apps.core.clock import DatabaseNow
from apps.core.prepared import fetch_prepared
from apps.coupons.campaigns import Asker, Campaign
from apps.coupons.lifecycle import CouponState
from apps.coupons.looks import ASKER, CAMPAIGN, FROM_CAMPAIGN, Where, read_asker, read_campaign, with_clock
from apps.coupons.models import ClaimCampaign, Coupon, CouponTemplate
from apps.offers.lifecycle import State

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
# In the order of their start; those that hand out another shop's coupons are not for a key of one shop.
OPEN = f"""SELECT {{now}}, {ASKER}, ARRAY(
    SELECT {CAMPAIGN} {FROM_CAMPAIGN}
    WHERE c.status IN ('approved', 'live') AND c.ends_at > {{now}} AND c.mode = 'claim'
        AND (c.starts_at, c.code) > (%(after)s, %(after_code)s)
        AND (%(shop)s::text IS NULL OR NOT EXISTS (
            SELECT FROM jsonb_array_elements(v.content->'items') item
            JOIN coupons_coupontemplate t ON t.code = item->>'template' AND t.shop_code NOT IN ('', %(shop)s::text)))
    ORDER BY c.starts_at, c.code LIMIT %(limit)s
)"""  # noqa: S608 - clauses of ours


@dataclass(frozen=True, slots=True)
class OpenCampaigns:
    """Campaigns as one customer sees them, at one look."""

    now: datetime
    asker: Asker
    campaigns: tuple[Campaign, ...]


def open_campaigns(
    customer: str | None, where: Where, *, shop: str | None, after: tuple[int, str], limit: int
) -> OpenCampaigns:
    """What can be claimed now or later, from the place `after` on: one statement."""
    microseconds, code = after
    names: dict[str, Any] = {
        "customer": customer,
        "shop": shop,
        "after": EPOCH + max(0, microseconds) * MICROSECOND,
        "after_code": code,
        "limit": limit,
    }
    now, facts, lists, rule_version, rows = fetch_prepared(*with_clock(OPEN, names))
    asker = read_asker(customer, where, facts, lists, rule_version)
    return OpenCampaigns(now, asker, tuple(filter(None, map(read_campaign, rows))))


def campaign_place(campaign: Campaign) -> tuple[int, str]:
    """Where it stands in the list: its start in microseconds, its code."""
    return (campaign.terms.starts_at - EPOCH) // MICROSECOND, campaign.code


def open_or_upcoming(now: datetime) -> QuerySet[ClaimCampaign]:
    """The campaigns that customers may hear of at `now`, by the clock, with what they hand out."""
    campaigns = ClaimCampaign.objects.filter(status__in=[State.APPROVED, State.LIVE], ends_at__gt=now)
    return campaigns.select_related("current").order_by("starts_at", "id")


@dataclass(frozen=True, slots=True)
class HeldCoupon:
    """A coupon of a customer as they may see it."""

    id: int
    code: str
    template: str
    name: str
    state: str
    valid_from: datetime
    valid_until: datetime | None
    source: str
    order: str
    code_tail: str

    @classmethod
    def of(cls, row: Any) -> HeldCoupon:
        """From a row of `coupons_of`."""
        return cls(
            row.pk,
            row.code,
            row.template,
            row.template_name or "",
            row.shown,
            row.valid_from,
            row.valid_until,
            row.source,
            row.order_code,
            row.code_tail,
        )


def coupons_of(customer: str, *, shop: str | None) -> QuerySet[Coupon]:
    """A customer's coupons, newest first, with `template_name` and the state `shown` that the clock gives.

    What is over is expired and what was voided is void, even before the jobs have come to it. `shop` None sees all.
    """
    template = CouponTemplate.objects.filter(code=OuterRef("template"))
    rows = Coupon.objects.filter(customer_code=customer).annotate(
        template_name=Subquery(template.values("name")),
        template_shop=Subquery(template.values("shop_code")),
        voided_at=Subquery(template.values("voided_at")),
    )
    unused = Q(state=CouponState.UNUSED)
    rows = rows.annotate(
        shown=Case(
            When(unused & Q(issued_at__lt=F("voided_at")), then=Value(CouponState.VOID.value)),
            When(unused & Q(valid_until__lte=DatabaseNow()), then=Value(CouponState.EXPIRED.value)),
            default=F("state"),
            output_field=CharField(),
        )
    ).order_by("-id")
    return rows if shop is None else rows.filter(template_shop__in=["", shop])
