"""What the portal knows beside a pack that comes in."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db.models import Model

from apps.activities.models import Event
from apps.audiences.models import Audience
from apps.catalog.models import Brand, Category, Shop, Sku
from apps.coupons.models import CouponTemplate
from apps.offers.models import OfferCode

MODELS: Mapping[str, type[Model]] = {
    "shop": Shop,
    "category": Category,
    "brand": Brand,
    "sku": Sku,
    "audience": Audience,
    "template": CouponTemplate,
    "event": Event,
}


class PortalCodes:
    """Answers for `apps.packs.references.Known` from the tables."""

    def existing(self, type_: str, codes: Collection[str]) -> Collection[str]:
        rows = MODELS[type_]._default_manager.filter(code__in=list(codes))
        return set(rows.values_list("code", flat=True))

    def category_parents(self) -> Mapping[str, str | None]:
        return dict(Category.objects.values_list("code", "parent_id"))

    def offer_owners(self, codes: Collection[str]) -> Mapping[str, str]:
        return dict(OfferCode.objects.filter(code__in=list(codes)).values_list("code", "owner"))
