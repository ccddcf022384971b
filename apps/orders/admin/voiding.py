"""Cancellations of unpaid orders that came with a revocation, and the orders that an activity reached, to take away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.current import signed_in
from apps.accounts.scope import owned
from apps.activities.models import Activity
from apps.catalog.selectors import portal
from apps.core.audit import record
from apps.core.csv_export import csv_response
from apps.core.forms.money import write_money
from apps.core.readonly_admin import ReadOnlyAdmin
from apps.orders.models import OrderUse, Voiding
from apps.orders.models.order import STATE_LABELS
from apps.orders.voided import VOIDED
from apps.pricing.money import exponent_of, format_money

EXPORT = "orders.export_hit_orders"
HEADER = (
    _("order"),
    _("customer"),
    _("state"),
    _("cancelled by the revocation"),
    _("ordered"),
    _("paid at"),
    _("list price"),
    _("discount of this activity"),
    _("payable"),
    _("paid back"),
)


@admin.register(Voiding)
class VoidingAdmin(ReadOnlyAdmin):
    list_display = ("offer", "at", "decided_by", "orders", "to_pay", "state", "export")
    search_fields = ("=offer",)
    show_full_result_count = False

    @admin.display(description=_("to pay"), ordering="amount")
    def to_pay(self, voiding: Voiding) -> str:
        return format_money(voiding.amount, portal().currency)

    @admin.display(description=_("state"))
    def state(self, voiding: Voiding) -> Any:
        return _("all given back") if voiding.done_at else _("under way")

    @admin.display(description=_("orders"))
    def export(self, voiding: Voiding) -> SafeString:
        address = reverse("admin:orders_voiding_export", args=[voiding.offer])
        return format_html('<a class="pp-link" href="{}">{}</a>', address, gettext("Export (CSV)"))

    def get_urls(self) -> list[URLPattern]:
        export = self.admin_site.admin_view(self.export_view)
        return [path("export/<str:code>/", export, name="orders_voiding_export"), *super().get_urls()]

    @transaction.non_atomic_requests
    def export_view(self, request: HttpRequest, code: str) -> HttpResponseBase:
        """Every order that used the activity, paid ones too: whom it reached, and what became of it."""
        if not request.user.has_perm(EXPORT):
            raise PermissionDenied
        activity = owned(request.user, Activity.objects.filter(code=code)).first()
        if activity is None:
            raise Http404
        with transaction.atomic():
            record(action="activity.export_hit_orders", subject=activity, actor=signed_in(request))
        name = re.sub(r"[^\w.-]", "_", code, flags=re.ASCII)
        return csv_response(f"orders-{name}.csv", [str(title) for title in HEADER], rows_of(code))


def rows_of(offer: str) -> Iterator[list[Any]]:
    """The orders with this offer, oldest first; words are looked up before anything is streamed."""
    states = {state: str(label) for state, label in STATE_LABELS.items()}
    return _rows(offer, states, (gettext("no"), gettext("yes")))


def _rows(offer: str, states: dict[str, str], said: tuple[str, str]) -> Iterator[list[Any]]:
    uses = OrderUse.objects.filter(offer=offer).select_related("order").order_by("order_id")
    for use in uses.defer("order__request", "order__quote").iterator(chunk_size=2_000):
        order = use.order
        yield [
            order.code,
            order.customer_code,
            states[order.state],
            said[order.close_reason == VOIDED],
            _moment(order.created_at),
            _moment(order.paid_at),
            *(
                _money(amount, order.currency)
                for amount in (
                    order.list_amount,
                    use.discount_amount,
                    order.payable_amount,
                    order.refunded_amount + order.refunded_shipping_amount,
                )
            ),
        ]


def _moment(value: Any) -> str:
    return date_format(localtime(value), "Y-m-d H:i:s") if value else ""


def _money(amount: int, currency: str) -> str:
    """A number that a spreadsheet adds up, in the currency's main unit."""
    return write_money(amount, exponent_of(currency))
