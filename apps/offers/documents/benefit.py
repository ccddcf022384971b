"""What an offer gives and what it goes together with: kind, parameters, basis, priority, stacking, mutex."""

from __future__ import annotations

from typing import Any

from apps.offers.documents.texts import optional_text
from apps.pricing.faults import Reader
from apps.pricing.kinds import KINDS, Kind, read_kind
from apps.pricing.layers import LAYERS, Layer, default_stacks_with

MAX_PRIORITY = 1_000_000
LAYER_NAMES = tuple(layer.value for layer in LAYERS)
RUNNING, ITEM = "running", "item"


def read_kind_code(reader: Reader, choices: tuple[str, ...]) -> type[Kind] | None:
    """The declared kind, None after a fault."""
    code = reader.text("kind", required=True, choices=choices)
    return None if code is None else KINDS[code]


def read_params(reader: Reader, kind: type[Kind] | None) -> Kind | None:
    """The kind with its parameters; without a known kind nothing can be said of them."""
    if kind is None:
        reader.take("params", required=True)
        return None
    if not reader.has("params"):
        reader.take("params", required=True)
        return None
    return read_kind(kind.code, reader.child("params"))


def read_combination(reader: Reader, kind: type[Kind] | None, layer: Layer | None) -> dict[str, Any]:
    """How it is measured, ordered and combined: `basis`, `priority`, `stacks_with`, `mutex`."""
    return {
        "basis": _read_basis(reader, kind),
        "priority": reader.integer("priority", minimum=-MAX_PRIORITY, maximum=MAX_PRIORITY, default=0),
        "stacks_with": _read_stacking(reader, kind, layer),
        "mutex": optional_text(reader, "mutex"),
    }


def _read_basis(reader: Reader, kind: type[Kind] | None) -> str:
    basis = reader.text("basis", choices=(RUNNING, ITEM)) or RUNNING
    if basis == ITEM and kind is not None and not kind.has_basis:
        reader.fault("basis", "kind", "belongs to the kind threshold")
    return basis


def _read_stacking(reader: Reader, kind: type[Kind] | None, layer: Layer | None) -> list[str]:
    """Layers in their order. Left out: every layer but its own; an empty list: none."""
    if not reader.has("stacks_with"):
        reader.take("stacks_with")
        return [] if layer is None else [other.value for other in default_stacks_with(layer)]
    named = set()
    for path, value in reader.elements("stacks_with"):
        if value not in LAYER_NAMES:
            choices = ", ".join(LAYER_NAMES)
            reader.findings.fault(path, "choice", "must be one of %(choices)s", choices=choices)
        elif value == Layer.SHOP and kind is not None and kind.groups_units:
            reader.findings.fault(path, "grouping", "a kind that groups units may not stack with shop")
        else:
            named.add(value)
    return [name for name in LAYER_NAMES if name in named]
