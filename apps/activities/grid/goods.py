"""What the portal knows of the SKUs in a table: their amounts, which are in scope, stopped, or running already."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from apps.activities.grid.table import Entry, Json, names_skus, table_of
from apps.activities.models import Activity
from apps.activities.selectors import status_by_clock
from apps.activities.stops import in_force
from apps.catalog.models import Sku
from apps.core.clock import database_now
from apps.offers.lifecycle import State
from apps.offers.selectors import skus_in_scope
from apps.pricing.scope import ScopeMode

#: an owner of offers to which a SKU can be closed
ACTIVITIES = "activities"


@dataclass(frozen=True, slots=True)
class Good:
    """One SKU of the catalogue, amounts in minor units."""

    name: str
    price: int
    cost: int | None
    floor: int | None
    minimum: int | None
    closed: bool


@dataclass(frozen=True)
class Ground:
    """Everything that rows are judged by. `running` is what the version that runs says, None when none does."""

    goods: Mapping[str, Good]
    in_scope: Collection[str]
    stopped: Collection[str] = frozenset()
    running: Mapping[str, Entry] | None = None
    has_started: bool = False


def goods_of(codes: Collection[str]) -> dict[str, Good]:
    """The SKUs that the catalogue knows, by code; one statement."""
    rows = Sku.objects.filter(pk__in=codes).values_list(
        "code",
        "name",
        "price_amount",
        "cost_amount",
        "floor_price_amount",
        "min_price_amount",
        "excluded_all",
    )
    return {
        code: Good(name, price, cost, floor, minimum, ACTIVITIES in excluded)
        for code, name, price, cost, floor, minimum, excluded in rows
    }


def ground_of(activity: Activity, content: Json, codes: Collection[str]) -> Ground:
    """What rows about `codes` are judged by when they become part of `content`."""
    goods = goods_of(codes)
    current = activity.current
    has_started = False
    if current is not None:
        now = database_now()
        has_started = now >= activity.starts_at and status_by_clock(activity, now) != State.ENDED
    return Ground(
        goods=goods,
        in_scope=_in_scope(content, activity.shop_code, goods),
        stopped=in_force(activity.stops.filter(lifted_at=None)).skus if current is not None else frozenset(),
        running=table_of(current.content).entries if current is not None else None,
        has_started=has_started,
    )


def _in_scope(content: Json, shop: str, goods: Mapping[str, Good]) -> Collection[str]:
    """Which of the goods the document covers. A scope that names SKUs follows the table, so only exceptions count."""
    scope = content["scope"]
    if scope["mode"] == ScopeMode.ALL and not shop:
        return goods.keys()
    if names_skus(scope):
        scope = {**scope, "skus": sorted(goods)}
    return set(skus_in_scope(scope, shop or None).filter(pk__in=goods).values_list("pk", flat=True))
