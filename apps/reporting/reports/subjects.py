"""What a report is about: an activity, a coupon template, a claim campaign, an event or a shop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.scope import visible
from apps.activities.events.members import ACTIVITY, CAMPAIGN, TEMPLATE
from apps.activities.events.models import Event, EventMember
from apps.activities.models import Activity
from apps.catalog.models import Shop
from apps.coupons.models import ClaimCampaign, CouponTemplate

EVENT, SHOP = "event", "shop"
MODELS: dict[str, type[Model]] = {
    ACTIVITY: Activity,
    TEMPLATE: CouponTemplate,
    CAMPAIGN: ClaimCampaign,
    EVENT: Event,
    SHOP: Shop,
}
LABELS: dict[str, Promise] = {
    ACTIVITY: _("Activities"),
    TEMPLATE: _("Coupon templates"),
    CAMPAIGN: _("Claim campaigns"),
    EVENT: _("Events"),
    SHOP: _("Shops"),
}
PAGES = {
    ACTIVITY: "admin:activities_activity_change",
    TEMPLATE: "admin:coupons_coupontemplate_change",
    CAMPAIGN: "admin:coupons_claimcampaign_change",
    EVENT: "admin:activities_event_change",
    SHOP: "admin:catalog_shop_change",
}


@dataclass(frozen=True)
class Subject:
    """`offers` are the codes whose trade it is: its own, or those of an event's members; a shop and a campaign have
    none. `seen` are the codes whose exposures count."""

    document: str
    code: str
    name: str
    thing: Any
    offers: tuple[str, ...]
    seen: tuple[str, ...]
    content: Mapping[str, Any] = field(default_factory=dict)
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    shop: str = ""

    @property
    def page(self) -> str:
        return PAGES[self.document]


def find(user: User, document: str, code: str) -> Subject | None:
    """The thing as this person may see it; None for what they may not, or what there is not."""
    model = MODELS.get(document)
    if model is None:
        return None
    rows = visible(user, model._default_manager.all())
    if hasattr(model, "current"):
        rows = rows.select_related("current")
    thing: Any = rows.filter(code=code).first()
    return None if thing is None else of(thing, document, user)


def of(thing: Any, document: str, user: User) -> Subject:
    code = str(thing.code)
    current = getattr(thing, "current", None)
    offers: tuple[str, ...] = (code,) if document in (ACTIVITY, TEMPLATE) else ()
    seen: tuple[str, ...] = (code,) if document in (ACTIVITY, TEMPLATE, CAMPAIGN) else ()
    if document == EVENT:
        offers, seen = _members(thing, user)
    return Subject(
        document,
        code,
        thing.name or code,
        thing,
        offers,
        seen,
        content=current.content if current else {},
        starts_at=getattr(thing, "starts_at", None),
        ends_at=getattr(thing, "ends_at", None),
        shop=code if document == SHOP else getattr(thing, "shop_code", "") or "",
    )


def offers_of(subject: Subject) -> tuple[str, ...]:
    """A campaign's orders are those of its coupons, so of their templates."""
    if subject.document == CAMPAIGN:
        return tuple(item["template"] for item in subject.content.get("items") or [])
    return subject.offers


def _members(event: Event, user: User) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The members that this person may see: those that price, and all that are shown."""
    own = visible(user, Activity.objects.filter(event=event)).values_list("code", flat=True)
    joined = list(EventMember.objects.filter(event=event).values_list("document", "code"))
    templates = visible(user, CouponTemplate.objects.filter(code__in=[c for d, c in joined if d == TEMPLATE]))
    campaigns = visible(user, ClaimCampaign.objects.filter(code__in=[c for d, c in joined if d == CAMPAIGN]))
    offers = (*own, *templates.values_list("code", flat=True))
    return offers, (*offers, *campaigns.values_list("code", flat=True))
