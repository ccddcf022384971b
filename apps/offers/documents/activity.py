"""The document of an activity."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from apps.offers.documents.bearers import read_bearers
from apps.offers.documents.benefit import read_combination, read_kind_code, read_params
from apps.offers.documents.caps import read_budget, read_limits, read_stock
from apps.offers.documents.display import read_display, read_goals, read_placements
from apps.offers.documents.schedule import read_schedule
from apps.offers.documents.scope import read_scope
from apps.offers.documents.targeting import read_targeting
from apps.offers.documents.texts import required_name
from apps.pricing.faults import Reader
from apps.pricing.kinds import KINDS, Kind
from apps.pricing.layers import ACTIVITY_LAYERS, Layer
from apps.pricing.money import BPS

ACTIVITY_KINDS = tuple(code for code, kind in KINDS.items() if set(kind.layers) & set(ACTIVITY_LAYERS))


class Clawback(StrEnum):
    """What becomes of reward coupons already used when their order is refunded."""

    WAIVE = "waive"
    DEDUCT = "deduct"


def read_activity(reader: Reader) -> dict[str, Any]:
    """The canonical activity; keys in the order of the pack format."""
    code, name = reader.code("code", required=True), required_name(reader)
    kind = read_kind_code(reader, ACTIVITY_KINDS)
    layer = _read_layer(reader, kind)
    given = read_params(reader, kind)
    counts_units = layer is Layer.ITEM or layer is None
    content = {
        "code": code or "",
        "name": name,
        "layer": layer.value if layer else "",
        "shop": _read_shop(reader, layer),
        "kind": kind.code if kind else "",
        "params": given.to_json() if given else {},
        **read_combination(reader, kind, layer),
        "starts_at": reader.time("starts_at", required=True),
        "ends_at": reader.time("ends_at", required=True),
        "schedule": read_schedule(reader),
        "visible_from": reader.time("visible_from"),
        "event": reader.code("event", refers_to="event"),
        "scope": read_scope(reader),
        "targeting": read_targeting(reader),
        "holdout_bps": reader.integer("holdout_bps", maximum=BPS, default=0),
        "limits": read_limits(reader, counts_units),
        "stock": read_stock(reader, counts_units, given),
        "budget": read_budget(reader),
        "bearers": read_bearers(reader),
        "display": read_display(reader),
        "placements": read_placements(reader),
        "goals": read_goals(reader),
        "clawback": reader.text("clawback", choices=tuple(Clawback)) or Clawback.WAIVE.value,
        "restock": reader.flag("restock"),
    }
    reader.close()
    return content


def _read_layer(reader: Reader, kind: type[Kind] | None) -> Layer | None:
    """The layer, which must be one that the kind covers; None when unknown."""
    value = reader.text("layer", required=True, choices=tuple(ACTIVITY_LAYERS))
    if value is None:
        return None
    layer = Layer(value)
    if kind is not None and layer not in kind.layers:
        allowed = ", ".join(one for one in kind.layers if one in ACTIVITY_LAYERS)
        reader.fault("layer", "kind_layer", "%(kind)s belongs to %(layers)s", kind=kind.code, layers=allowed)
    return layer


def _read_shop(reader: Reader, layer: Layer | None) -> str | None:
    """Named by activities of the layer shop, and by no others."""
    shop = reader.code("shop", required=layer is Layer.SHOP, refers_to="shop")
    if shop is not None and layer not in (Layer.SHOP, None):
        reader.fault("shop", "shop_layer", "belongs to the layer shop")
        return None
    return shop
