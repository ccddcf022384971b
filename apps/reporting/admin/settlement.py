"""Settlements: the months, what each party bears in one, its lines, closing it and taking it away."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts.current import signed_in
from apps.catalog.models import Shop
from apps.catalog.selectors import portal
from apps.core.errors import DomainError
from apps.core.jobs import Job
from apps.core.readonly_admin import ReadOnlyAdmin
from apps.orders.models import Order
from apps.pricing.money import format_money
from apps.reporting.models import SettlementLine, SettlementMonth
from apps.reporting.reports.parties import brand_names
from apps.reporting.settlement import export
from apps.reporting.settlement.closing import CLOSE, close_month
from apps.reporting.settlement.statement import parties_of

SHOWN_LINES = 30


@admin.register(SettlementMonth)
class SettlementMonthAdmin(ReadOnlyAdmin):
    list_display = ("name", "state", "borne", "back", "owes", "closed_by")
    ordering = ("-month",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[SettlementMonth]:
        return super().get_queryset(request).select_related("closed_by")

    @admin.display(description=_("month"), ordering="month")
    def name(self, month: SettlementMonth) -> str:
        return str(month)

    @admin.display(description=_("state"))
    def state(self, month: SettlementMonth) -> SafeString:
        look, label = ("success", _("month closed")) if month.is_closed else ("info", _("not closed yet"))
        return format_html('<span class="pp-badge pp-badge-{}">{}</span>', look, label)

    @admin.display(description=_("discount"))
    def borne(self, month: SettlementMonth) -> str:
        return _kept(month, month.borne_amount)

    @admin.display(description=_("discount reversed"))
    def back(self, month: SettlementMonth) -> str:
        return _kept(month, month.back_amount)

    @admin.display(description=_("owed"))
    def owes(self, month: SettlementMonth) -> str:
        return _kept(month, month.borne_amount - month.back_amount)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<str:month>/close/", view(self._close), name="reporting_settlement_close"),
            path("<str:month>/export/", view(self._export), name="reporting_settlement_export"),
            *super().get_urls(),
        ]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        if not self.has_view_permission(request):
            raise PermissionDenied
        month = _found(object_id)
        shop, bearer = request.GET.get("shop"), request.GET.get("bearer")
        parties = parties_of(month.month)
        lines = SettlementLine.objects.filter(month=month).order_by("-pk")
        if shop is not None and bearer is not None:
            lines = lines.filter(shop_code=shop, bearer=bearer)
        shown = list(lines[:SHOWN_LINES])
        page = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Settlement %(month)s") % {"month": month},
            "month": month,
            "parties": parties,
            "borne": sum(party.borne for party in parties),
            "back": sum(party.back for party in parties),
            "owes": sum(party.owes for party in parties),
            "lines": shown,
            "orders": _orders(shown) if request.user.has_perm("orders.view_order") else {},
            "shops": dict(Shop.objects.values_list("code", "name")),
            "brands": brand_names(party.bearer for party in parties),
            "narrowed": (shop, bearer) if shop is not None and bearer is not None else None,
            "currency": portal().currency,
            "may_close": not month.is_closed and request.user.has_perm(CLOSE),
            "may_export": request.user.has_perm(export.PERMISSION),
            "jobs": Job.objects.filter(
                kind=export.KIND, params__month=month.month.isoformat(), actor=request.user.pk
            ).order_by("-pk")[:3],
            "back_url": reverse("admin:reporting_settlementmonth_changelist"),
        }
        return TemplateResponse(request, "admin/reporting/settlement.html", page)

    def _close(self, request: HttpRequest, month: str) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        row = _found(month)
        try:
            close_month(month=row.month, actor=signed_in(request))
            messages.success(request, _("The month is closed."))
        except DomainError as error:
            messages.error(request, str(error.message))
        return _to(row)

    def _export(self, request: HttpRequest, month: str) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not request.user.has_perm(export.PERMISSION):
            raise PermissionDenied
        row = _found(month)
        wanted = request.POST.get("format", "")
        export.start_export(
            month=row, format=wanted if wanted in export.FORMATS else "xlsx", actor=signed_in(request)
        )
        return _to(row)


def _found(name: str | None) -> SettlementMonth:
    try:
        return SettlementMonth.objects.select_related("closed_by").get(month=date.fromisoformat(name or ""))
    except (ValueError, SettlementMonth.DoesNotExist):
        raise Http404 from None


def _orders(lines: Iterable[SettlementLine]) -> dict[str, int]:
    """Where each order's page is."""
    return dict(Order.objects.filter(code__in={line.order_code for line in lines}).values_list("code", "pk"))


def _to(month: SettlementMonth) -> HttpResponse:
    address = reverse("admin:reporting_settlementmonth_change", args=[month.month.isoformat()])
    return HttpResponseRedirect(address)


def _kept(month: SettlementMonth, amount: int) -> str:
    return format_money(amount, portal().currency) if month.is_closed else "–"
