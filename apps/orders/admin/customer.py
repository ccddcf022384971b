"""One customer for customer service: coupons with where they came from and what became of them, refusals, orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin.sites import AdminSite
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.current import signed_in
from apps.accounts.scope import visible
from apps.audiences.models import Customer
from apps.core.clock import database_now
from apps.coupons.admin.coupon import LOOKS
from apps.coupons.admin.reasons import in_words
from apps.coupons.lifecycle import CouponState, Source
from apps.coupons.models import ClaimAttempt, ClaimCampaign, CodeBatch, Coupon, CouponEntry, CouponTemplate
from apps.coupons.models.coupon import STATE_LABELS
from apps.coupons.selectors import coupons_of
from apps.coupons.services import granting, voiding
from apps.orders.models import Order

MAY = "coupons.view_coupon"
ATTEMPTS = "coupons.view_claimattempt"
ORDERS = "orders.view_order"
MOST = 100
MOST_ORDERS = 20
BY_CAMPAIGN = frozenset({Source.CLAIM.value, Source.PUSH.value, Source.EVENT.value})


@dataclass(frozen=True, slots=True)
class Origin:
    """What a coupon or a refusal came from: its name, and the page about it ("": there is none)."""

    name: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """One coupon with its whole life; `look` is the colour of its state."""

    coupon: Any
    state: str
    label: Any
    look: str
    origin: Origin
    entries: Sequence[CouponEntry]


def customer_view(admin_site: AdminSite, request: HttpRequest, code: str) -> HttpResponse:
    if not request.user.has_perm(MAY):
        raise PermissionDenied
    customer = Customer.objects.filter(code=code).first()
    coupons: Any = visible(request.user, coupons_of(code, shop=None))
    counts = {
        row["shown"]: row["number"] for row in coupons.order_by().values("shown").annotate(number=Count("pk"))
    }
    if customer is None and not counts and not _is_known(code):
        raise Http404
    state = request.GET.get("state", "")
    state = state if state in STATE_LABELS else ""
    shown = list((coupons.filter(shown=state) if state else coupons)[:MOST])
    attempts = (
        list(ClaimAttempt.objects.filter(customer_code=code)[:MOST])
        if request.user.has_perm(ATTEMPTS)
        else []
    )
    names = _Names([*shown, *attempts])
    context = {
        **admin_site.each_context(request),
        "title": _("Customer %(code)s") % {"code": code},
        "code": code,
        "customer": customer,
        "now": database_now(),
        "tabs": list(_tabs(counts, state)),
        "wallet": list(_wallet(shown, names)),
        "hidden": (counts.get(state, 0) if state else sum(counts.values())) - len(shown),
        "attempts": [(one, names.of(one), in_words(one.reason)) for one in attempts],
        "orders": _orders_of(request, code),
        **_doable(request, counts),
    }
    return TemplateResponse(request, "admin/orders/customer.html", context)


def _is_known(code: str) -> bool:
    """Whoever only ever asked, or ordered, without the shop having told of them."""
    return (
        ClaimAttempt.objects.filter(customer_code=code).exists()
        or Order.objects.filter(customer_code=code).exists()
    )


def _tabs(counts: Mapping[str, int], active: str) -> Iterable[dict[str, Any]]:
    yield {"title": None, "number": sum(counts.values()), "active": not active, "link": "?"}
    for state, label in STATE_LABELS.items():
        link = f"?{urlencode({'state': state})}"
        yield {"title": label, "number": counts.get(state, 0), "active": state == active, "link": link}


def _wallet(shown: Sequence[Any], names: _Names) -> Iterable[Held]:
    lives: dict[int, list[CouponEntry]] = {}
    entries = CouponEntry.objects.filter(coupon__in=[one.pk for one in shown]).select_related("actor")
    for entry in entries.order_by("id"):
        if entry.coupon_id is not None:
            lives.setdefault(entry.coupon_id, []).append(entry)
    for one in shown:
        label = STATE_LABELS[one.shown]
        look = LOOKS.get(one.shown, "plain")
        yield Held(one, one.shown, label, look, names.of(one), lives.get(one.pk, []))


class _Names:
    """Names of campaigns, batches and templates that coupons and refusals came from: three statements at most."""

    def __init__(self, rows: Sequence[Coupon | ClaimAttempt]) -> None:
        origins = {row.origin for row in rows if row.origin}
        self.campaigns = self._found(ClaimCampaign, origins)
        self.batches = self._found(CodeBatch, origins)
        self.templates = self._found(CouponTemplate, origins)

    @staticmethod
    def _found(model: Any, codes: Iterable[str]) -> dict[str, tuple[str, int]]:
        rows = model.objects.filter(code__in=codes).values_list("code", "name", "pk")
        return {code: (name, pk) for code, name, pk in rows}

    def of(self, row: Any) -> Origin:
        origin = row.origin
        if row.source in BY_CAMPAIGN and origin in self.campaigns:
            return self._linked(self.campaigns[origin], "coupons_claimcampaign")
        if row.source == Source.CODE and origin in self.batches:
            return self._linked(self.batches[origin], "coupons_codebatch")
        if row.source == Source.REWARD and origin:
            return Origin(origin, f"{reverse('admin:orders_order_changelist')}?{urlencode({'q': origin})}")
        if origin in self.templates:
            return self._linked(self.templates[origin], "coupons_coupontemplate")
        return Origin(origin)

    @staticmethod
    def _linked(found: tuple[str, int], model: str) -> Origin:
        name, pk = found
        return Origin(name, reverse(f"admin:{model}_change", args=[pk]))


def _orders_of(request: HttpRequest, code: str) -> list[Order]:
    if not request.user.has_perm(ORDERS):
        return []
    orders = visible(request.user, Order.objects.filter(customer_code=code)).defer(
        "request", "quote", "rewards"
    )
    return list(orders.order_by("-id")[:MOST_ORDERS])


def _doable(request: HttpRequest, counts: Mapping[str, int]) -> dict[str, Any]:
    """What this person may do for the customer, and how much of today's quota is left to them."""
    may_compensate = request.user.has_perm(granting.GRANT)
    return {
        "may_compensate": may_compensate,
        "may_void": counts.get(CouponState.UNUSED.value, 0) > 0 and request.user.has_perm(voiding.ASK),
        "may_see_orders": request.user.has_perm(ORDERS),
        "left": granting.left_today(signed_in(request)) if may_compensate else None,
    }
