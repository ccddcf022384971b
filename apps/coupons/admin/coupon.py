"""Coupons of customers: found by their id or their customer's, given as compensation, asked to be void."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from apps.accounts.current import signed_in
from apps.accounts.scope import visible
from apps.core.currency import money
from apps.core.errors import DomainError, Forbidden, Refused
from apps.core.readonly_admin import ReadOnlyAdmin
from apps.core.tabbed_list import EstimatingPaginator
from apps.coupons.forms.granting import CompensationForm, VoidForm
from apps.coupons.lifecycle import CouponState
from apps.coupons.models import Coupon
from apps.coupons.services import granting, voiding
from apps.offers.admin.words import time_span

LOOKS = {
    CouponState.UNUSED.value: "success",
    CouponState.HELD.value: "info",
    CouponState.USED.value: "primary",
    CouponState.VOID.value: "danger",
}


@admin.register(Coupon)
class CouponAdmin(ReadOnlyAdmin):
    list_display = ("code", "customer_code", "template", "badge", "source", "validity", "issued_at")
    list_filter = ("state", "source")
    search_fields = ("code",)
    search_help_text = _("The whole id of a coupon, a customer or a template")
    list_before_template = "admin/coupons/coupon_links.html"
    show_full_result_count = False
    paginator = EstimatingPaginator
    ordering = ("-id",)
    fields = (
        "code", "customer_code", "template", "version", "state", "validity", "source", "origin",
        "reserved", "spent", "order_code", "issued_at", "state_at",
    )  # fmt: skip

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Coupon], search_term: str
    ) -> tuple[QuerySet[Coupon], bool]:
        """By whole ids: each is one look-up in an index."""
        term = search_term.strip()
        if not term:
            return queryset, False
        return queryset.filter(Q(code=term) | Q(customer_code=term) | Q(template=term)), False

    @display(description=_("state"), ordering="state", label=LOOKS)
    def badge(self, coupon: Coupon) -> tuple[str, str]:
        return coupon.state, coupon.get_state_display()

    @admin.display(description=_("valid"))
    def validity(self, coupon: Coupon) -> SafeString:
        return time_span(coupon.valid_from, coupon.valid_until)

    @admin.display(description=_("reserved"))
    def reserved(self, coupon: Coupon) -> str:
        return money(coupon.reserved_amount)

    @admin.display(description=_("spent"))
    def spent(self, coupon: Coupon) -> str:
        return money(coupon.spent_amount)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("compensate/", view(self.compensate_view), name="coupons_coupon_compensate"),
            path("void/", view(self.void_view), name="coupons_coupon_void"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        customer = request.GET.get("q", "").strip()
        theirs = visible(request.user, Coupon.objects.filter(customer_code=customer))
        known = bool(customer) and theirs.exists()
        more = {
            "may_compensate": request.user.has_perm(granting.GRANT),
            "may_void": known and request.user.has_perm(voiding.ASK),
            "customer": customer if known else "",
        }
        return super().changelist_view(request, {**(extra_context or {}), **more})

    def compensate_view(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm(granting.GRANT):
            raise PermissionDenied
        agent = signed_in(request)
        posted = request.POST if request.method == "POST" else None
        form = CompensationForm(agent, posted, initial={"customer": request.GET.get("customer", "")})

        def give() -> Any:
            granting.compensate(agent=agent, **form.cleaned_data)
            return _("Granted: the customer has the coupons now.")

        if posted is not None and form.is_valid() and attempt(request, form, give):
            return self._to(form.cleaned_data["customer"])
        left = granting.left_today(agent)
        quota = _("Left today: %(quantity)s coupons, worth %(money)s at worst.") % {
            "quantity": left.quantity,
            "money": money(left.amount),
        }
        return self._page(request, form, _("Compensate a customer"), quota, _("Grant"))

    def void_view(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm(voiding.ASK):
            raise PermissionDenied
        customer = request.GET.get("customer", "")
        posted = request.POST if request.method == "POST" else None
        form = VoidForm(signed_in(request), customer, posted)

        def ask() -> Any:
            voiding.request_void_coupons(customer=customer, actor=signed_in(request), **form.cleaned_data)
            return _("Requested: it waits for a decision.")

        if posted is not None and form.is_valid() and attempt(request, form, ask):
            return self._to(customer)
        effect = _("Another person decides. Once approved, the coupons chosen are void for good.")
        return self._page(request, form, _("Void coupons of a customer"), effect, _("Request"), customer)

    def _page(
        self, request: HttpRequest, form: forms.Form, title: Any, effect: Any, submit: Any, customer: str = ""
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "customer": customer,
            "effect": effect,
            "form": form,
            "submit_label": submit,
            "back": reverse("admin:coupons_coupon_changelist"),
        }
        return TemplateResponse(request, "admin/coupons/ask.html", context)

    def _to(self, customer: str) -> HttpResponse:
        return HttpResponseRedirect(f"{reverse('admin:coupons_coupon_changelist')}?q={customer}")


def attempt(request: HttpRequest, form: forms.Form, act: Callable[[], Any]) -> bool:
    """Whether it was done; a refusal becomes an error of the form, and leaves behind what it must."""
    try:
        done = act()
    except Forbidden:
        raise
    except DomainError as error:
        if isinstance(error, Refused) and error.after is not None:
            error.after()
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return False
    messages.success(request, done)
    return True
