"""Refund and cancel in the admin: asked, told exactly what it does, then done by the services of the API."""

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
from apps.carts.decode import FaultyBodyError
from apps.core.errors import DomainError
from apps.orders.admin.forms import ReasonForm, RefundForm
from apps.orders.admin.page import lines_of, shipping_left
from apps.orders.lifecycle import OrderAction, OrderState, allows
from apps.orders.models import Order
from apps.orders.services import by_people
from apps.orders.simulator.waterfall import names_of, waterfall
from apps.pricing.money import format_money

CONFIRMED = "confirmed"


def may(request: HttpRequest, permission: str, order: Order, action: OrderAction) -> bool:
    """Whether this person has the right and the state allows it; what is all back needs no button."""
    if not request.user.has_perm(permission) or not allows(order.state, action):
        return False
    return order.state != OrderState.REFUNDED or shipping_left(order) > 0


def refund_view(page: Mapping[str, Any], request: HttpRequest, order: Order) -> HttpResponse:
    """The form; what it would pay back, to be confirmed; then the refund, if it still pays back just that."""
    _check(request, by_people.REFUND)
    if not may(request, by_people.REFUND, order, OrderAction.REFUND):
        messages.error(request, _("This cannot be done now, or not by you."))
        return _back(order)
    lines = lines_of(order, order.refunds.all(), waterfall(order.quote).lines)
    data = request.POST if request.method == "POST" else None
    form = RefundForm(lines, shipping_left(order), order.currency, data)
    if data is not None and form.is_valid():
        answer = _refunded(request, order, form) if CONFIRMED in data else _foretold(request, order, form)
        if answer is not None and CONFIRMED in data:
            told = format_money(answer["refund_total"], order.currency)
            messages.success(request, _("%(amount)s paid back.") % {"amount": told})
            return _back(order)
        if answer is not None and "change" not in data:
            return TemplateResponse(
                request, "admin/orders/refund_confirm.html", {**page, "form": form, **_effect(answer, lines)}
            )
    return TemplateResponse(request, "admin/orders/refund.html", {**page, "form": form})


def _foretold(request: HttpRequest, order: Order, form: RefundForm) -> dict[str, Any] | None:
    try:
        return by_people.foretell_refund(order=order, actor=signed_in(request), what=form.body())
    except (DomainError, FaultyBodyError) as refused:
        _complain(form, refused)
    return None


def _refunded(request: HttpRequest, order: Order, form: RefundForm) -> dict[str, Any] | None:
    said = request.POST.get(CONFIRMED, "")
    try:
        return by_people.refund(
            order=order,
            actor=signed_in(request),
            reason=form.cleaned_data["reason"],
            what=form.body(),
            expected=int(said) if said.isascii() and said.isdigit() and len(said) < 19 else -1,
        )
    except (DomainError, FaultyBodyError) as refused:
        _complain(form, refused)
    return None


def _complain(form: RefundForm, refused: DomainError | FaultyBodyError) -> None:
    if isinstance(refused, DomainError):
        form.add_error(None, str(refused.message))
    else:
        form.add_error(None, _("Say how many units go back, or that all do."))


def _effect(answer: Mapping[str, Any], lines: Any) -> dict[str, Any]:
    """The answer with names: per line the money back and the shares reversed, which together are the list price."""
    known = {line.line: line for line in lines}
    names = names_of([share["offer"] for line in answer["lines"] for share in line["shares"]])
    return {
        "answer": answer,
        "back": [
            {
                **one,
                "sku": known[one["line"]].sku,
                "name": known[one["line"]].name,
                "list_amount": one["amount"] + sum(share["amount"] for share in one["shares"]),
                "shares": [
                    {**share, "name": names.get(share["offer"], share["offer"])}
                    for share in one["shares"]
                    if share["amount"]
                ],
            }
            for one in answer["lines"]
        ],
        "adjusted": [{**one, "sku": known[one["line"]].sku} for one in answer["adjustments"]],
    }


def cancel_view(page: Mapping[str, Any], request: HttpRequest, order: Order) -> HttpResponse:
    """Says what is released, asks for a reason, cancels."""
    _check(request, by_people.CANCEL)
    if not may(request, by_people.CANCEL, order, OrderAction.CANCEL):
        messages.error(request, _("This cannot be done now, or not by you."))
        return _back(order)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _cancelled(request, order, form):
        messages.success(request, _("Done."))
        return _back(order)
    uses = list(order.uses.order_by("id"))
    names = names_of([use.offer for use in uses])
    released = [{"use": use, "name": names.get(use.offer, use.offer)} for use in uses]
    return TemplateResponse(request, "admin/orders/cancel.html", {**page, "form": form, "released": released})


def _cancelled(request: HttpRequest, order: Order, form: ReasonForm) -> bool:
    try:
        by_people.cancel(order=order, actor=signed_in(request), reason=form.cleaned_data["reason"])
    except DomainError as refused:
        form.add_error(None, str(refused.message))
        return False
    return True


def _check(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _back(order: Order) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:orders_order_change", args=[order.pk]))
