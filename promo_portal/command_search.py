"""What ⌘K finds besides the lists of the admin: the look-up page of a customer, an order by its id."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from unfold.dataclasses import SearchResult

from apps.accounts.scope import visible
from apps.audiences.models import Customer
from apps.orders.models import Order

MOST = 10


def results(request: HttpRequest, term: str) -> list[SearchResult]:
    """The term comes in lower case; ids are looked up as they came and in upper case, each by an index."""
    spellings = {term.strip(), term.strip().upper()} - {""}
    return [*_customers(request, spellings), *_orders(request, spellings)]


def _customers(request: HttpRequest, spellings: set[str]) -> list[SearchResult]:
    if not request.user.has_perm("coupons.view_coupon"):
        return []
    codes: set[str] = set()
    for spelling in spellings:
        found = Customer.objects.filter(code__startswith=spelling).order_by("code")
        codes |= set(found.values_list("code", flat=True)[:MOST])
    return [
        SearchResult(
            code, _("Customer: coupons and orders"), reverse("admin:orders_customer", args=[code]), "person"
        )
        for code in sorted(codes)[:MOST]
    ]


def _orders(request: HttpRequest, spellings: set[str]) -> list[SearchResult]:
    if not request.user.has_perm("orders.view_order"):
        return []
    found = visible(request.user, Order.objects.filter(code__in=spellings)).values_list("pk", "code")
    return [
        SearchResult(code, _("Order"), reverse("admin:orders_order_change", args=[pk]), "receipt_long")
        for pk, code in found
    ]
