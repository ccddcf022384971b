"""Orders looked up: found by their id, their customer or an activity; the pages about one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts.scope import visible
from apps.core.readonly_admin import ReadOnlyAdmin
from apps.core.tabbed_list import EstimatingPaginator
from apps.orders.admin.customer import customer_view
from apps.orders.admin.live import live_view, numbers_view
from apps.orders.admin.page import page_of
from apps.orders.admin.past import MomentForm, reprice_view
from apps.orders.admin.protection import protection_view
from apps.orders.admin.reversing import cancel_view, may, refund_view
from apps.orders.lifecycle import OrderAction, OrderState
from apps.orders.models import Order, OrderUse
from apps.orders.services import by_people
from apps.pricing.money import format_money

LOOKS = {
    OrderState.HELD.value: "info",
    OrderState.PAID.value: "success",
    OrderState.PARTIALLY_REFUNDED.value: "warning",
}
View = Callable[[Mapping[str, Any], HttpRequest, Order], HttpResponse]


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
            path("<int:pk>/refund/", view(self._about(refund_view)), name="orders_order_refund"),
            path("<int:pk>/cancel/", view(self._about(cancel_view)), name="orders_order_cancel"),
            path("<int:pk>/reprice/", view(self._about(reprice_view)), name="orders_order_reprice"),
            path("<int:pk>/protection/", view(self._about(protection_view)), name="orders_order_protection"),
            path("customer/<str:code>/", view(self._customer), name="orders_customer"),
            path("live/<str:code>/", view(self._live), name="orders_live"),
            path("live/<str:code>/numbers/", view(numbers_view), name="orders_live_numbers"),
            *super().get_urls(),
        ]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        return self._about(self._page)(request, object_id)

    def _page(self, page: Mapping[str, Any], request: HttpRequest, order: Order) -> HttpResponse:
        context = {
            **page,
            **page_of(order),
            "may_refund": may(request, by_people.REFUND, order, OrderAction.REFUND),
            "may_cancel": may(request, by_people.CANCEL, order, OrderAction.CANCEL),
            "moment_form": MomentForm(initial={"as_of": order.as_of}),
        }
        return TemplateResponse(request, "admin/orders/order.html", context)

    def _about(self, view: View) -> Callable[..., HttpResponse]:
        """A page about one order, for who may see orders."""

        def answer(request: HttpRequest, pk: Any) -> HttpResponse:
            if not self.has_view_permission(request):
                raise PermissionDenied
            order = _readable(request).filter(pk=pk).first() if str(pk).isdigit() else None
            if order is None:
                raise Http404
            page = {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": order.code,
                "order": order,
                "look": LOOKS.get(order.state, "plain"),
            }
            return view(page, request, order)

        return answer

    def _live(self, request: HttpRequest, code: str) -> HttpResponse:
        return live_view(self.admin_site, request, code)

    def _customer(self, request: HttpRequest, code: str) -> HttpResponse:
        return customer_view(self.admin_site, request, code)


def _readable(request: HttpRequest) -> QuerySet[Order]:
    return visible(request.user, Order.objects.all())
