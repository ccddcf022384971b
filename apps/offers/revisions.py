"""What may change while it runs: a later end, more stock or budget, texts, placements and goals."""

from collections.abc import Mapping
from typing import Any

from apps.offers.documents import Change, diff

FREE = ("name", "display", "placements", "goals")
# Amounts that may only grow; None is unlimited.
GROWING = ("stock.total", "stock.per_sku", "budget.amount", "quantity", "releases")


def forbidden_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """The changes from `old` to `new` that what runs may not make."""
    return [change for change in diff(old, new) if not _is_allowed(change)]


def _is_allowed(change: Change) -> bool:
    if _under(change.path, FREE):
        return True
    if change.path == "ends_at":
        return change.new > change.old
    return _under(change.path, GROWING) and _grows(change)


def _under(path: str, roots: tuple[str, ...]) -> bool:
    return any(path == root or path.startswith((f"{root}.", f"{root}[")) for root in roots)


def _grows(change: Change) -> bool:
    """A cap lifted or raised; a cap where there was none is less, except a whole new release."""
    if change.path.startswith("releases"):
        return change.old is None or (
            isinstance(change.old, int) and isinstance(change.new, int) and change.new > change.old
        )
    if change.new is None:
        return True
    return isinstance(change.old, int) and isinstance(change.new, int) and change.new > change.old
