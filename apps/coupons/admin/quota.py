"""Quotas of compensation: read here, asked for by an administrator, decided by an approver in the inbox."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.current import signed_in
from apps.core.currency import money
from apps.core.readonly_admin import ReadOnlyAdmin
from apps.coupons.admin.coupon import attempt
from apps.coupons.forms.granting import QuotaForm
from apps.coupons.models import CompensationQuota
from apps.coupons.services.compensating import ASK, request_quota


@admin.register(CompensationQuota)
class CompensationQuotaAdmin(ReadOnlyAdmin):
    list_display = ("who", "quantity", "money", "updated_at")
    list_select_related = ("agent",)
    list_before_template = "admin/coupons/coupon_links.html"
    fields = ("who", "quantity", "money", "updated_at")

    @admin.display(description=_("agent"), ordering="agent__username")
    def who(self, quota: CompensationQuota) -> str:
        return str(quota)

    @admin.display(description=_("worst case a day"), ordering="amount")
    def money(self, quota: CompensationQuota) -> str:
        return money(quota.amount)

    def get_urls(self) -> list[URLPattern]:
        ask = self.admin_site.admin_view(self.ask_view)
        return [path("ask/", ask, name="coupons_compensationquota_ask"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return super().changelist_view(
            request, {**(extra_context or {}), "may_ask": request.user.has_perm(ASK)}
        )

    def ask_view(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm(ASK):
            raise PermissionDenied
        form = QuotaForm(request.POST if request.method == "POST" else None)

        def ask() -> Any:
            request_quota(actor=signed_in(request), **form.cleaned_data)
            return _("Requested: it waits for a decision.")

        back = reverse("admin:coupons_compensationquota_changelist")
        if request.method == "POST" and form.is_valid() and attempt(request, form, ask):
            return HttpResponseRedirect(back)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Ask for a quota"),
            "effect": _("An approver decides. Once approved, it counts from the next grant on."),
            "form": form,
            "submit_label": _("Request"),
            "back": back,
        }
        return TemplateResponse(request, "admin/coupons/ask.html", context)
