"""Which approved offers reach a SKU or the goods of a category: by the offer book, so by the rules that price."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.urls import reverse
from django.utils.translation import gettext

from apps.activities.models import Activity
from apps.approvals.uses import MOST, Use
from apps.catalog.models import Sku
from apps.core.clock import database_now
from apps.coupons.models import CouponTemplate
from apps.offers.selectors import book_version
from apps.orders.book import KEEPER
from apps.pricing.cart import CartLine
from apps.pricing.cart import Sku as Facts

#: of a category's goods this many are looked at: those of one category are mostly reached by the same offers
SAMPLED = 200
AT_ONCE = 100


def offers_of_skus(codes: Sequence[str]) -> list[Use]:
    return _named(_reaching(Sku.objects.filter(pk__in=list(codes)).order_by("pk")[: SAMPLED * 5]))


def offers_of_categories(codes: Sequence[str]) -> list[Use]:
    return _named(_reaching(Sku.objects.in_categories(codes).order_by("pk")[:SAMPLED]))


def _reaching(skus: Iterable[Sku]) -> list[str]:
    """Codes of offers that are in the book and not over; exclusions are left out, as they are what may change."""
    lines = [CartLine(sku.pk, sku.pk, 1, sku.price_amount, _open(sku)) for sku in skus]
    book = KEEPER.at_least(book_version())
    now = database_now()
    found: dict[str, None] = {}
    for start in range(0, len(lines), AT_ONCE):
        for offer, mask in book.offers.reaching(tuple(lines[start : start + AT_ONCE])).items():
            if mask and (offer.ends_at is None or offer.ends_at > now):
                found[offer.code] = None
    return list(found)


def facts_of(sku: Sku) -> Facts:
    """What the engine knows of a SKU."""
    return Facts(
        sku=sku.code,
        shop=sku.shop_id or "",
        category_path=tuple(sku.category_path),
        brand=sku.brand_id or "",
        tags=frozenset(sku.tags),
        price=sku.price_amount,
        min_price=sku.min_price_amount or 0,
        excluded_from=frozenset(sku.excluded_all),
    )


def _open(sku: Sku) -> Facts:
    return replace(facts_of(sku), excluded_from=frozenset())


def _named(codes: Sequence[str]) -> list[Use]:
    activities = Activity.objects.filter(code__in=codes).order_by("starts_at", "id")[:MOST]
    templates = CouponTemplate.objects.filter(code__in=codes).order_by("id")[:MOST]
    return [
        *(
            Use(a.code, a.name, gettext("Activity"), reverse("admin:activities_activity_change", args=[a.pk]))
            for a in activities
        ),
        *(
            Use(
                t.code,
                t.name,
                gettext("Coupon template"),
                reverse("admin:coupons_coupontemplate_change", args=[t.pk]),
            )
            for t in templates
        ),
    ]
