"""One order, step by step from the list price to what was paid, and why other offers did not apply."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts.current import signed_in
from apps.carts.decode import FaultyBodyError
from apps.core.errors import DomainError
from apps.core.readonly_admin import ReadOnlyAdmin
from apps.core.tabbed_list import EstimatingPaginator
from apps.orders.lifecycle import OrderAction, OrderState, allows
from apps.orders.models import Order, OrderUse
from apps.orders.services import by_people
from apps.orders.simulator.waterfall import waterfall
from apps.pricing.money import format_money

LOOKS = {
    OrderState.HELD.value: "info",
    OrderState.PAID.value: "success",
    OrderState.PARTIALLY_REFUNDED.value: "warning",
}


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    list_display = ("code", "customer_code", "badge", "payable", "created_at")
    list_filter = ("state",)
    search_fields = ("code",)
    search_help_text = _("Order, customer or activity")
    show_full_result_count = False
    paginator = EstimatingPaginator
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        return super().get_queryset(request).defer("request", "quote", "rewards")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Order], search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        """By the whole id of an order, a customer or an activity: each is one look-up in an index."""
        term = search_term.strip()
        if not term:
            return queryset, False
        of_offer = OrderUse.objects.filter(offer=term).values("order")
        return queryset.filter(Q(code=term) | Q(customer_code=term) | Q(pk__in=of_offer)), False

    @admin.display(description=_("state"), ordering="state")
    def badge(self, order: Order) -> SafeString:
        look = LOOKS.get(order.state, "plain")
        return format_html('<span class="pp-badge pp-badge-{}">{}</span>', look, order.get_state_display())

    @admin.display(description=_("payable"), ordering="payable_amount")
    def payable(self, order: Order) -> str:
        return format_money(order.payable_amount, order.currency)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/refund/", view(self.refund_view), name="orders_order_refund"),
            path("<int:pk>/cancel/", view(self.cancel_view), name="orders_order_cancel"),
            *super().get_urls(),
        ]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        order = self.get_object(request, object_id or "")
        if order is None:
            raise Http404
        if not self.has_view_permission(request, order):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": order.code,
            "order": order,
            "look": LOOKS.get(order.state, "plain"),
            "result": waterfall(order.quote),
            "segments": list(order.segments.all()),
            "refunds": list(order.refunds.all()),
            "versions": list(order.uses.order_by("id")),
            "may_refund": _may(request, by_people.REFUND, order, OrderAction.REFUND),
            "may_cancel": _may(request, by_people.CANCEL, order, OrderAction.CANCEL),
        }
        return TemplateResponse(request, "admin/portal/order.html", context)

    def refund_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        order = self._asked(request, pk)
        what: dict[str, Any] = {"fault": request.POST.get("fault", "customer")}
        if request.POST.get("all"):
            what["all"] = True
        else:
            what["lines"] = [
                {"line": name.removeprefix("units:"), "quantity": int(said)}
                for name, value in request.POST.items()
                if name.startswith("units:")
                and (said := str(value)).isascii()
                and said.isdigit()
                and int(said)
            ]
        return self._do(
            request,
            order,
            lambda: by_people.refund(
                order=order, actor=signed_in(request), reason=request.POST.get("reason", ""), what=what
            ),
        )

    def cancel_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        order = self._asked(request, pk)
        return self._do(
            request,
            order,
            lambda: by_people.cancel(
                order=order, actor=signed_in(request), reason=request.POST.get("reason", "")
            ),
        )

    def _asked(self, request: HttpRequest, pk: int) -> Order:
        order = Order.objects.filter(pk=pk).first()
        if order is None:
            raise Http404
        if request.method != "POST" or not self.has_view_permission(request, order):
            raise PermissionDenied
        return order

    def _do(self, request: HttpRequest, order: Order, act: Any) -> HttpResponse:
        try:
            act()
        except PermissionDenied:
            raise
        except DomainError as refused:
            messages.error(request, refused.message)
        except FaultyBodyError:
            messages.error(request, _("Say how many units go back, or that all do."))
        else:
            messages.success(request, _("Done."))
        return HttpResponseRedirect(reverse("admin:orders_order_change", args=[order.pk]))


def _may(request: HttpRequest, permission: str, order: Order, action: OrderAction) -> bool:
    """Whether this person has the right and the state allows it; what is all back needs no button."""
    done = order.state == OrderState.REFUNDED
    return request.user.has_perm(permission) and allows(order.state, action) and not done
