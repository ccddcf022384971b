"""An alert in words, and its goods with the address of the simulator that shows the same price."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.scope import visible
from apps.catalog.models import Sku
from apps.core.clock import database_now
from apps.impact.models.alerts import Alert, AlertGood
from apps.orders.simulator.question import simulator_url
from apps.orders.simulator.waterfall import names_of

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Shown:
    good: AlertGood
    name: str
    cart: list[tuple[str, int]]
    stack: list[dict[str, Any]]
    url: str


def told(alert: Alert) -> str:
    """「2 个SKU 可能低于底价售出：秒杀 + 满减」."""
    names = names_of(alert.offers)
    offers = " + ".join(names.get(code, code) for code in alert.offers) or _("list price")
    return f"{alert.get_kind_display()}: {offers}"


def goods_of(alert: Alert, user: Any) -> list[Shown]:
    """Those that this person may read, the furthest below what protects them first."""
    rows = list(visible(user, alert.goods.order_by("amount"))[:MOST_SHOWN])
    now = database_now()
    names = dict(Sku.objects.filter(pk__in=[row.sku for row in rows]).values_list("pk", "name"))
    return [_shown(row, names.get(row.sku, ""), now) for row in rows]


def _shown(good: AlertGood, name: str, now: datetime) -> Shown:
    stack = [
        {"offer": offer, "name": said or offer, "amount": amount, "coupon": coupon}
        for offer, said, amount, coupon in good.stack
    ]
    cart = [(sku, units) for sku, units in good.cart]
    return Shown(good, name, cart, stack, simulator_of(good, cart, good.as_of if good.as_of > now else None))


def simulator_of(good: AlertGood, cart: list[tuple[str, int]], as_of: datetime | None) -> str:
    """The cart that was searched or refused, for whom it was priced, with the coupons used; now, if that runs."""
    profile = good.profile
    return simulator_url(
        cart or [(good.sku, good.units)],
        as_of=as_of,
        customer=profile.get("customer") or "",
        new=bool(profile.get("new")),
        member_level=profile.get("member_level"),
        audiences=profile.get("audiences") or (),
        channel=profile.get("channel"),
        terminal=profile.get("terminal"),
        region=profile.get("region"),
        coupons=[offer for offer, _name, _amount, coupon in good.stack if coupon],
    )
