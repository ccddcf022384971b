"""What ⌘K finds: activities, events, coupons, codes, goods, orders and customers, by name, code or id.

Each kind is one statement with a limit, answered by an index: codes by their beginning, names by their trigrams. Ids of
orders, coupons and customers are personal data of the shop, so the whole id or its beginning must be typed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.admin.utils import quote
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from unfold.dataclasses import SearchResult

from apps.accounts.favourites import starred_first
from apps.accounts.scope import visible
from apps.activities.models import Activity, Event
from apps.audiences.models import Audience, Customer
from apps.catalog.models import Sku
from apps.coupons.models import ClaimCampaign, CodeBatch, Coupon, CouponTemplate
from apps.orders.models import Order

MOST = 10
LONGEST = 100

Find = Callable[[HttpRequest, str], Iterable[SearchResult]]


def results(request: HttpRequest, term: str) -> list[SearchResult]:
    """The term as it was typed; what the person starred stands first."""
    wanted = term.strip()[:LONGEST]
    if not wanted:
        return []
    found = [
        (model, row)
        for model, rows in (
            (Activity, _named(request, Activity.objects.order_by("-id"), wanted)),
            (Event, _named(request, Event.objects.order_by("-id"), wanted)),
            (CouponTemplate, _named(request, CouponTemplate.objects.order_by("-id"), wanted)),
            (ClaimCampaign, _named(request, ClaimCampaign.objects.order_by("-id"), wanted)),
            (CodeBatch, _named(request, CodeBatch.objects.order_by("-id"), wanted)),
            (Audience, _named(request, Audience.objects.order_by("code"), wanted)),
            (Sku, _named(request, Sku.objects.order_by("code"), wanted)),
        )
        for row in rows
    ]
    named = [_told(model, row) for model, row in starred_first(request.user, found)]
    return [*named, *_customers(request, wanted), *_orders(request, wanted), *_coupons(request, wanted)]


def _spellings(term: str) -> set[str]:
    """Ids are looked up as they came, in upper and in lower case."""
    return {term, term.upper(), term.lower()}


def _named(request: HttpRequest, rows: QuerySet[Any], term: str) -> Iterable[Any]:
    """By the beginning of the code or any part of the name, as far as this person may read."""
    options = rows.model._meta
    if not request.user.has_perm(f"{options.app_label}.view_{options.model_name}"):
        return []
    begins = Q()
    for spelling in _spellings(term):
        begins |= Q(code__startswith=spelling)
    return visible(request.user, rows.filter(begins | Q(name__icontains=term)))[:MOST]


ICONS: dict[type[Any], str] = {
    Activity: "sell",
    Event: "celebration",
    CouponTemplate: "confirmation_number",
    ClaimCampaign: "redeem",
    CodeBatch: "pin",
    Audience: "groups",
    Sku: "inventory_2",
}


def _told(model: type[Any], row: Any) -> SearchResult:
    options = model._meta
    page = reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[quote(row.pk)])
    return SearchResult(f"{row.name} ({row.code})", str(options.verbose_name), page, ICONS[model])


def _customers(request: HttpRequest, term: str) -> list[SearchResult]:
    if not request.user.has_perm("coupons.view_coupon"):
        return []
    codes: set[str] = set()
    for spelling in _spellings(term):
        found = Customer.objects.filter(code__startswith=spelling).order_by("code")
        codes |= set(found.values_list("code", flat=True)[:MOST])
    return [
        SearchResult(
            code, _("Customer: coupons and orders"), reverse("admin:orders_customer", args=[code]), "person"
        )
        for code in sorted(codes)[:MOST]
    ]


def _orders(request: HttpRequest, term: str) -> list[SearchResult]:
    if not request.user.has_perm("orders.view_order"):
        return []
    found = visible(request.user, Order.objects.filter(code__in=_spellings(term))).values_list("pk", "code")
    return [
        SearchResult(code, _("Order"), reverse("admin:orders_order_change", args=[pk]), "receipt_long")
        for pk, code in found
    ]


def _coupons(request: HttpRequest, term: str) -> list[SearchResult]:
    if not request.user.has_perm("coupons.view_coupon"):
        return []
    found = visible(request.user, Coupon.objects.filter(code__in=_spellings(term))).values_list("pk", "code")
    return [
        SearchResult(code, _("Coupon"), reverse("admin:coupons_coupon_change", args=[pk]), "loyalty")
        for pk, code in found
    ]
