"""What a report is about: an activity, a coupon template, a claim campaign, an event, a shop or a placement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.scope import shops_of, visible
from apps.activities.events.members import ACTIVITY, CAMPAIGN, TEMPLATE
from apps.activities.events.models import Event, EventMember
from apps.activities.models import Activity
from apps.catalog.models import Shop
from apps.coupons.models import ClaimCampaign, CouponTemplate
from apps.offers.models import PlacementRecord
from apps.offers.placements import placement_choices
from apps.reporting.models import Seen

EVENT, SHOP, PLACEMENT = "event", "shop", "placement"
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
    PLACEMENT: "admin:offers_placementrecord_change",
}


@dataclass(frozen=True)
class Subject:
    """`offers` are the codes whose trade it is: its own, or those of an event's members; a shop, a campaign and a
    placement have none. `seen` are the codes whose exposures count; of a placement all, if `whole_market`."""

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
    whole_market: bool = False

    @property
    def page(self) -> str:
        return PAGES[self.document]


def find(user: User, document: str, code: str) -> Subject | None:
    """The thing as this person may see it; None for what they may not, or what there is not."""
    if document == PLACEMENT:
        return _placement(user, code)
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


def _placement(user: User, code: str) -> Subject | None:
    """Shown to everybody who reads reports; who is limited to shops sees of it what these had there."""
    record = PlacementRecord.objects.filter(code=code).first()
    if record is None and not Seen.objects.filter(placement=code).exists():
        return None
    record = record or PlacementRecord(code=code)
    name = dict(placement_choices([code]))[code]
    if shops_of(user) is None:
        return Subject(PLACEMENT, code, name, record, (), (), whole_market=True)
    things = (visible(user, MODELS[one]._default_manager.all()) for one in (ACTIVITY, TEMPLATE, CAMPAIGN))
    seen = tuple(found for rows in things for found in rows.values_list("code", flat=True))
    return Subject(PLACEMENT, code, name, record, (), seen)


def _members(event: Event, user: User) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The members that this person may see: those that price, and all that are shown."""
    own = visible(user, Activity.objects.filter(event=event)).values_list("code", flat=True)
    joined = list(EventMember.objects.filter(event=event).values_list("document", "code"))
    templates = visible(user, CouponTemplate.objects.filter(code__in=[c for d, c in joined if d == TEMPLATE]))
    campaigns = visible(user, ClaimCampaign.objects.filter(code__in=[c for d, c in joined if d == CAMPAIGN]))
    offers = (*own, *templates.values_list("code", flat=True))
    return offers, (*offers, *campaigns.values_list("code", flat=True))
