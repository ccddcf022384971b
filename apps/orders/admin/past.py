"""The order's cart priced at another moment, beside what was paid. Nothing can be done there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from apps.core.errors import DomainError
from apps.core.forms import LocalDateTimeField
from apps.orders.models import Order
from apps.orders.repricing import Repriced, reprice
from apps.orders.simulator.waterfall import names_of, waterfall


class MomentForm(forms.Form):
    use_required_attribute = False

    as_of = LocalDateTimeField(label=_("At"), help_text=_("Any moment up to now."))

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, label_suffix="", **options)


def reprice_view(page: Mapping[str, Any], request: HttpRequest, order: Order) -> HttpResponse:
    """The moment comes by GET, so that an address can be shared: one typed, or an instant of the order itself."""
    known = {"ordered": order.as_of, "paid": order.paid_at}
    moment: datetime | None = known.get(request.GET.get("at", "")) or order.as_of
    form = MomentForm(initial={"as_of": moment})
    if "as_of" in request.GET:
        form = MomentForm(request.GET)
        moment = form.cleaned_data["as_of"] if form.is_valid() else None
    found = _priced(order, form, moment) if moment is not None else None
    context = {**page, "moment_form": form, "found": found}
    if found is not None:
        names = names_of([change.offer for change in found.changes])
        context["result"] = waterfall(found.answer)
        context["changes"] = [
            {"change": change, "name": names.get(change.offer, change.offer)} for change in found.changes
        ]
        context["same"] = not found.difference and not any(change.more for change in found.changes)
    return TemplateResponse(request, "admin/orders/repriced.html", context)


def _priced(order: Order, form: MomentForm, moment: datetime) -> Repriced | None:
    try:
        return reprice(order, moment)
    except DomainError as refused:
        if form.is_bound:
            form.add_error("as_of", str(refused.message))
    return None
