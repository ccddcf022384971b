"""A compiled offer: a condition and a benefit, owned by an activity or a coupon template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from apps.pricing.kinds.base import Kind
from apps.pricing.layers import Layer, default_stacks_with, mask_of
from apps.pricing.schedule import Schedule
from apps.pricing.scope import EVERYTHING, Scope, ScopeMode


class Owner(StrEnum):
    ACTIVITY = "activity"
    TEMPLATE = "template"


class Span(StrEnum):
    """Over which span stock and limits count."""

    ACTIVITY = "activity"
    SESSION = "session"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Targeting:
    """Whom an offer is for; an empty set is no restriction, all that are given must match."""

    audiences: frozenset[str] = frozenset()
    member_levels: frozenset[int] = frozenset()
    new_customers_only: bool = False
    channels: frozenset[str] = frozenset()
    terminals: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Limits:
    """How often; None is no limit. Unit limits belong to the item layer."""

    per_customer_units: int | None = None
    per_customer_sku_units: int | None = None
    per_order_units: int | None = None
    per_customer_orders: int | None = None
    per_customer_per_day_units: int | None = None
    per_customer_per_day_orders: int | None = None
    total_orders: int | None = None
    per: Span = Span.ACTIVITY

    @property
    def needs_customer(self) -> bool:
        return any(
            limit is not None
            for limit in (
                self.per_customer_units,
                self.per_customer_sku_units,
                self.per_customer_orders,
                self.per_customer_per_day_units,
                self.per_customer_per_day_orders,
            )
        )


@dataclass(frozen=True, slots=True)
class Stock:
    """Units at the promotion price; None is unlimited. `per_sku` counts gifts too."""

    total: int | None = None
    per_sku: Mapping[str, int] = field(default_factory=dict)
    per: Span = Span.ACTIVITY


@dataclass(eq=False, slots=True)
class Offer:
    """What the engine prices with. Immutable by habit; compared by identity; `code` is unique over activities
    and templates.

    `stacks` and `layer_bit` are masks over `LAYERS`. `starts_at` / `ends_at` None (templates) means always: a
    coupon has its own validity. `shop` limits the offer to that shop's lines.
    """

    code: str
    name: str
    kind: Kind
    layer: Layer
    owner: Owner = Owner.ACTIVITY
    shop: str | None = None
    priority: int = 0
    scope: Scope = EVERYTHING
    stacks_with: frozenset[Layer] | None = None
    mutex: str | None = None
    basis_item: bool = False
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    visible_from: datetime | None = None
    schedule: Schedule | None = None
    targeting: Targeting = Targeting()
    holdout_bps: int = 0
    limits: Limits = Limits()
    stock: Stock = Stock()
    budget_amount: int | None = None
    stop_below: int = 0
    display: Mapping[str, Any] = field(default_factory=dict)
    placements: tuple[str, ...] = ()

    # derived once, so that pricing doesn't
    stacks: int = field(init=False)
    layer_bit: int = field(init=False)
    rank: int = field(init=False)
    order: tuple[int, int, str] = field(init=False)
    tie: tuple[int, str] = field(init=False)
    is_coupon: bool = field(init=False)
    guarded: bool = field(init=False)
    rationed: bool = field(init=False)
    counted: bool = field(init=False)
    takes_whole: bool = field(init=False)
    may_reward: bool = field(init=False)
    #: the SKUs outside which the offer can do nothing, where its parameters name them; None: no such list
    narrowed: frozenset[str] | None = field(init=False)
    #: being found in the index is not enough: the scope must be asked for each line
    selective: bool = field(init=False)

    def __post_init__(self) -> None:
        layers = default_stacks_with(self.layer) if self.stacks_with is None else self.stacks_with
        self.stacks = mask_of(tuple(layers))
        self.layer_bit = self.layer.bit
        self.rank = self.layer.rank
        self.order = (self.rank, -self.priority, self.code)
        self.tie = (-self.priority, self.code)
        self.is_coupon = self.owner is Owner.TEMPLATE
        self.rationed = self.stock.total is not None or self.budget_amount is not None
        self.counted = self.rationed or bool(self.stock.per_sku)
        self.takes_whole = bool(getattr(self.kind, "takes_whole", False))
        self.narrowed = self.kind.only_skus()
        self.selective = (
            self.narrowed is not None or self.scope.mode is ScopeMode.EXCLUDE or bool(self.scope.excepted)
        )
        self.may_reward = any(tier.rewards for tier in getattr(self.kind, "tiers", ()))
        self.guarded = (
            self.targeting != ANYONE
            or self.limits != UNLIMITED
            or self.holdout_bps > 0
            or self.schedule is not None
        )

    def __repr__(self) -> str:
        return f"Offer({self.code})"


ANYONE = Targeting()
UNLIMITED = Limits()
