"""The faults of a body that only the database knows, added to those of its form, so that all are told at once."""

from __future__ import annotations

from typing import Any

from apps.carts.bodies import MAX_LINES
from apps.carts.carts import UNKNOWN_SKU, currency_faults
from apps.carts.decode import FaultyBodyError
from apps.orders.inputs import gather
from apps.pricing.faults import CODE, Fault


def with_portal_faults(error: FaultyBodyError) -> FaultyBodyError:
    """The same refusal with the currency and the SKUs looked up, as far as they could be read."""
    if not isinstance(error.tree, dict):
        return error
    lines = _lines(error.tree)
    inputs = gather(customer=None, skus={line["sku"] for line in lines.values()}, shop=None)
    currency = error.tree.get("currency")
    found: list[Fault] = []
    if isinstance(currency, str):
        found += currency_faults(currency, inputs.currency)
    found += [
        Fault(f"lines[{index}].sku", *UNKNOWN_SKU)
        for index, line in lines.items()
        if line["sku"] not in inputs.skus and line.get("unit_price") is None
    ]
    told = {fault.path for fault in error.faults}
    return FaultyBodyError(
        error.faults + [fault for fault in found if fault.path not in told], tree=error.tree
    )


def _lines(tree: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """The lines whose SKU can be looked up, by their place in the cart."""
    lines = tree.get("lines")
    if not isinstance(lines, list) or len(lines) > MAX_LINES:
        return {}
    return {
        index: line
        for index, line in enumerate(lines)
        if isinstance(line, dict) and _is_code(line.get("sku"))
    }


def _is_code(value: Any) -> bool:
    return isinstance(value, str) and CODE.match(value) is not None
