"""From a canonical document to the offer that the engine prices with. Pure; what it gets has been checked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from apps.offers.documents.display import Teaser
from apps.offers.documents.scope import LISTS
from apps.offers.documents.template import PLATFORM, layer_of_template
from apps.pricing.kinds import KINDS, kind_from_json
from apps.pricing.layers import Layer
from apps.pricing.offer import ANYONE, UNLIMITED, Limits, Offer, Owner, Span, Stock, Targeting
from apps.pricing.schedule import Schedule, Session
from apps.pricing.scope import EVERYTHING, NOTHING, Scope, ScopeMode, SkuSet

Json = Mapping[str, Any]

ITEM_BASIS = "item"
NO_STOCK = Stock()
SAYS_NOTHING: dict[str, Json] = {teaser.value: {"teaser": teaser.value} for teaser in Teaser}


def compile_activity(content: Json) -> Offer:
    """The offer of an activity."""
    return Offer(
        code=content["code"],
        name=content["name"],
        kind=kind_from_json(content["kind"], content["params"]),
        layer=Layer(content["layer"]),
        shop=content["shop"],
        priority=content["priority"],
        scope=compile_scope(content["scope"]),
        stacks_with=_layers(tuple(content["stacks_with"])),
        mutex=content["mutex"],
        basis_item=content["basis"] == ITEM_BASIS,
        starts_at=instant(content["starts_at"]),
        ends_at=instant(content["ends_at"]),
        visible_from=instant(content["visible_from"]),
        schedule=compile_schedule(content["schedule"]),
        targeting=compile_targeting(content["targeting"]),
        holdout_bps=content["holdout_bps"],
        limits=_limits(content["limits"]),
        stock=_stock(content["stock"]),
        budget_amount=content["budget"]["amount"],
        stop_below=content["budget"]["stop_below"],
        display=_display(content["display"]),
        placements=tuple(content["placements"]),
    )


def compile_template(content: Json) -> Offer:
    """The offer of a template. Its coupons bring the validity; its budget was reserved at their issue."""
    issuer = content["issuer"]
    return Offer(
        code=content["code"],
        name=content["name"],
        kind=kind_from_json(content["kind"], content["params"]),
        layer=layer_of_template(KINDS[content["kind"]], issuer),
        owner=Owner.TEMPLATE,
        shop=None if issuer == PLATFORM else issuer,
        priority=content["priority"],
        scope=compile_scope(content["scope"]),
        stacks_with=_layers(tuple(content["stacks_with"])),
        mutex=content["mutex"],
        basis_item=content["basis"] == ITEM_BASIS,
        targeting=compile_targeting(content["targeting"]),
    )


def compile_scope(content: Json) -> Scope:
    if content["mode"] == ScopeMode.ALL:
        return EVERYTHING
    return Scope(ScopeMode(content["mode"]), _sku_set(content), _sku_set(content["except"]))


def compile_targeting(content: Json) -> Targeting:
    if not any(content.values()):
        return ANYONE
    return Targeting(
        audiences=frozenset(content["audiences"]),
        member_levels=frozenset(content["member_levels"]),
        new_customers_only=content["new_customers_only"],
        channels=frozenset(content["channels"]),
        terminals=frozenset(content["terminals"]),
        regions=frozenset(content["regions"]),
    )


def instant(text: str | None) -> datetime | None:
    """The canonical UTC text as an aware datetime."""
    return None if text is None else datetime.fromisoformat(text)


def _sku_set(content: Json) -> SkuSet:
    if not any(content[name] for name in LISTS):
        return NOTHING
    # Only the lists that say something: an empty frozenset of one's own takes 216 bytes.
    return SkuSet(**{name: frozenset(content[name]) for name in LISTS if content[name]})


@cache
def _layers(names: tuple[str, ...]) -> frozenset[Layer]:
    return frozenset(map(Layer, names))


def compile_schedule(content: Json | None) -> Schedule | None:
    if content is None:
        return None
    sessions = tuple(
        Session(time.fromisoformat(one["from"]), time.fromisoformat(one["to"])) for one in content["sessions"]
    )
    return Schedule(ZoneInfo(content["tz"]), frozenset(content["days"]), sessions)


def _limits(content: Json) -> Limits:
    if all(value is None for name, value in content.items() if name != "per"):
        return UNLIMITED
    return Limits(**{**content, "per": Span(content["per"])})


def _stock(content: Json) -> Stock:
    if content["total"] is None and not content["per_sku"]:
        return NO_STOCK
    return Stock(content["total"], dict(content["per_sku"]), Span(content["per"]))


def _display(content: Json) -> Json:
    """Only what is said, for a hundred thousand offers are held in memory."""
    said = {name: value for name, value in content.items() if value}
    return said if said.keys() - {"teaser"} else SAYS_NOTHING[content["teaser"]]
