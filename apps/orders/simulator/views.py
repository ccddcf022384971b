"""The page: what a cart costs at any moment and why, every offer around it, its prices before. Nothing is ordered."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.sites import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.scope import visible
from apps.activities.models import Activity
from apps.audiences.models import Customer
from apps.carts.decode import FaultyBodyError
from apps.catalog.models import Sku
from apps.catalog.selectors import portal
from apps.core.clock import database_now
from apps.coupons.models import CouponTemplate
from apps.offers.admin import picking
from apps.offers.admin.preview import skus_reached
from apps.offers.compile import instant
from apps.offers.forms.fault_texts import text_of_fault
from apps.offers.versions.models import Running, Versioned
from apps.orders.simulator.drafts import drafts_of, open_drafts
from apps.orders.simulator.form import SimulatorForm
from apps.orders.simulator.pricing import Simulated, simulate
from apps.orders.simulator.question import Question, simulator_url
from apps.orders.simulator.screen import screen

MAY = "activities.view_activity"
THINGS: tuple[tuple[str, type[Versioned]], ...] = (("activity", Activity), ("template", CouponTemplate))


def find_customers(text: str, codes: Any) -> Any:
    """Customers have no name: their code is all there is to find."""
    rows = Customer.objects.order_by("code")
    rows = rows.filter(code__in=codes) if codes is not None else rows.filter(code__startswith=text)
    return [(code, "") for code in rows.values_list("code", flat=True)[: picking.MOST]]


picking.register("customer", find_customers)


def simulator_view(admin_site: AdminSite, request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm(MAY):
        raise PermissionDenied
    asked = request.GET if "lines" in request.GET else _from_a_thing(request)
    form = SimulatorForm(asked, user=request.user)
    context: dict[str, Any] = {}
    if asked is not None and form.is_valid():
        context = _answer(request, form, asked)
    page = {
        **admin_site.each_context(request),
        "title": _("Simulator"),
        "form": form,
        "result": None,
        "pick_url": reverse("admin:simulator_pick", args=["SOURCE"]),
        **context,
    }
    return TemplateResponse(request, "admin/orders/simulator.html", page)


def pick_view(request: HttpRequest, source: str) -> HttpResponse:
    if not request.user.has_perm(MAY):
        raise PermissionDenied
    return picking.pick(request, source)


def _answer(request: HttpRequest, form: SimulatorForm, asked: QueryDict) -> dict[str, Any]:
    """All panels of a faultless question; nothing when the cart is refused, and the form says why."""
    waiting = open_drafts(request.user)
    question = form.question(portal().currency, [draft.key for draft in waiting if draft.in_review])
    drafts = drafts_of(question.drafts, request.user)
    found = _priced(form, question, drafts)
    if found is None:
        return {}
    return screen(request, form, asked, question, found, drafts, waiting)


def _priced(form: SimulatorForm, question: Question, drafts: Any) -> Simulated | None:
    try:
        return simulate(question, drafts)
    except FaultyBodyError as error:
        for fault in error.faults:
            name, text = _place(fault.path, question)
            form.add_error(name, text + text_of_fault(fault))
        return None


def _place(path: str, question: Question) -> tuple[str | None, str]:
    """The field that a fault is about, and its SKU."""
    if path.startswith("lines["):
        position = int(path[6 : path.index("]")])
        return "lines", f"{question.body['lines'][position]['sku']}: "
    for start, name in (("as_of", "as_of"), ("customer.audiences", "audience"), ("customer", "customer")):
        if path.startswith(start):
            return name, ""
    return None, f"{path}: "


def _from_a_thing(request: HttpRequest) -> QueryDict | None:
    """Coming from an activity or a template: a SKU of it, at its start when that lies ahead, with its draft."""
    for document, model in THINGS:
        code = request.GET.get(document, "")
        thing = visible(request.user, model.rows()).filter(code=code).first() if code else None
        if thing is not None:
            return _query_of(document, thing)
    return None


def _query_of(document: str, thing: Any) -> QueryDict | None:
    draft = thing.open_version()
    version = draft if thing.current_id is None else thing.current
    if version is None:
        return None
    content = version.content
    sku = _first_sku(content)
    if sku is None:
        return None
    starts = instant(content["starts_at"]) if isinstance(thing, Running) else None
    address = simulator_url(
        [(sku.code, 1)],
        as_of=starts if starts is not None and starts > database_now() else None,
        new=False,
        drafts=[f"{document}:{thing.code}"] if draft is not None and thing.current_id is None else [],
        coupons=[thing.code] if document == "template" else [],
    )
    return QueryDict(address.partition("?")[2])


def _first_sku(content: Any) -> Sku | None:
    return skus_reached(content, faultless=True).order_by("code").first()
