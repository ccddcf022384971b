"""The page: a form on the left, what it costs on the right. Nothing can be ordered here."""

from __future__ import annotations

from typing import Any

import orjson
from django.contrib.admin.sites import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.activities.models import Activity
from apps.audiences.models import Customer
from apps.carts.decode import FaultyBodyError
from apps.catalog.selectors import portal
from apps.offers.admin import picking
from apps.offers.compile import instant
from apps.offers.forms.fault_texts import text_of_fault
from apps.offers.selectors import skus_in_scope
from apps.orders.carried import STAFF
from apps.orders.quoting import quote
from apps.orders.simulator.form import SimulatorForm
from apps.orders.simulator.waterfall import Waterfall, waterfall

MAY = "activities.view_activity"


def find_customers(text: str, codes: Any) -> Any:
    """Customers have no name: their code is all there is to find."""
    rows = Customer.objects.order_by("code")
    rows = rows.filter(code__in=codes) if codes is not None else rows.filter(code__startswith=text)
    return [(code, "") for code in rows.values_list("code", flat=True)[: picking.MOST]]


picking.register("customer", find_customers)


def simulator_view(admin_site: AdminSite, request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm(MAY):
        raise PermissionDenied
    asked = "lines" in request.GET
    form = SimulatorForm(request.GET if asked else None, initial=_start(request))
    result = _price(form) if asked and form.is_valid() else None
    context = {
        **admin_site.each_context(request),
        "title": _("Simulator"),
        "form": form,
        "result": result,
        "moved": bool(asked and form.is_valid() and form.cleaned_data["as_of"]),
        "pick_url": reverse("admin:simulator_pick", args=["SOURCE"]),
    }
    return TemplateResponse(request, "admin/portal/simulator.html", context)


def pick_view(request: HttpRequest, source: str) -> HttpResponse:
    if not request.user.has_perm(MAY):
        raise PermissionDenied
    return picking.pick(request, source)


def _price(form: SimulatorForm) -> Waterfall | None:
    """The quote as shops get it, with whatever moment was chosen; None when the cart is refused."""
    body = form.body(portal().currency)
    try:
        answer = quote(orjson.dumps(body), asker=STAFF, check_preview=lambda: None)
    except FaultyBodyError as error:
        for fault in error.faults:
            form.add_error("lines", _where(fault.path, body) + text_of_fault(fault))
        return None
    return waterfall(answer)


def _where(path: str, body: dict[str, Any]) -> str:
    """The SKU that a fault is about."""
    if not path.startswith("lines["):
        return ""
    position = int(path[6 : path.index("]")])
    return f"{body['lines'][position]['sku']}: "


def _start(request: HttpRequest) -> dict[str, Any]:
    """Coming from an activity: a SKU of it, at its start when that lies ahead."""
    activity = Activity.objects.filter(code=request.GET.get("activity", "")).first()
    if activity is None:
        return {}
    version = activity.current or activity.open_version()
    scope = version.content["scope"] if version else {"mode": "all"}
    sku = skus_in_scope(scope, activity.shop_code or None).order_by("code").first() if version else None
    starts_at = instant(version.content["starts_at"]) if version else None
    return {"lines": [{"sku": sku.code, "quantity": 1}] if sku else [], "as_of": starts_at}
