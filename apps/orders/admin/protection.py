"""价保: what an order's goods cost today beside what was paid; the difference is paid back when confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.current import signed_in
from apps.core.errors import DomainError
from apps.orders.admin.forms import ReasonForm
from apps.orders.admin.reversing import may
from apps.orders.lifecycle import OrderAction
from apps.orders.models import Order
from apps.orders.repricing import price_today
from apps.orders.services import by_people
from apps.orders.services.protecting import protect_price
from apps.orders.simulator.waterfall import waterfall
from apps.pricing.money import format_money


def protection_view(page: Mapping[str, Any], request: HttpRequest, order: Order) -> HttpResponse:
    """Everybody who may see orders sees the difference; paying it back needs the right to refund."""
    may_pay = may(request, by_people.REFUND, order, OrderAction.REFUND)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not may_pay:
            raise PermissionDenied
        if form.is_valid() and _paid(request, order, form):
            return HttpResponseRedirect(reverse("admin:orders_order_change", args=[order.pk]))
    found = price_today(order)
    context = {
        **page,
        "found": found,
        "result": waterfall(found.answer) if found is not None else None,
        "form": form if may_pay and found is not None and found.difference else None,
    }
    return TemplateResponse(request, "admin/orders/protection.html", context)


def _paid(request: HttpRequest, order: Order, form: ReasonForm) -> bool:
    said = request.POST.get("confirmed", "")
    try:
        answer = protect_price(
            order=order,
            actor=signed_in(request),
            reason=form.cleaned_data["reason"],
            expected=int(said) if said.isascii() and said.isdigit() and len(said) < 19 else -1,
        )
    except DomainError as refused:
        form.add_error(None, str(refused.message))
        return False
    told = format_money(answer["refund_total"], order.currency)
    messages.success(request, _("%(amount)s paid back.") % {"amount": told})
    return True
