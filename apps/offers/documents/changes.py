"""What differs between two contents, leaf by leaf."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """One leaf that differs. `old` None: added, `new` None: removed. A list of plain values is one leaf."""

    path: str
    old: Any
    new: Any


def diff(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> list[Change]:
    """The changes from `old` (None: nothing yet) to `new`, in the order of `new`'s keys."""
    return _mapping_changes(old or {}, new, "")


def _changes(old: Any, new: Any, path: str) -> list[Change]:
    if old == new:
        return []
    if isinstance(new, Mapping) and (old is None or isinstance(old, Mapping)) and (new or old):
        return _mapping_changes(old or {}, new, path)
    if isinstance(old, Mapping) and new is None:
        return _mapping_changes(old, {}, path)
    if _is_list_of_objects(old) and _is_list_of_objects(new):
        return _list_changes(old, new, path)
    return [Change(path, old, new)]


def _mapping_changes(old: Mapping[str, Any], new: Mapping[str, Any], path: str) -> list[Change]:
    keys = [*new, *(key for key in old if key not in new)]
    found = []
    for key in keys:
        found += _changes(old.get(key), new.get(key), f"{path}.{key}" if path else str(key))
    return found


def _list_changes(old: list[Any], new: list[Any], path: str) -> list[Change]:
    found = []
    for i in range(max(len(old), len(new))):
        before = old[i] if i < len(old) else None
        after = new[i] if i < len(new) else None
        found += _changes(before, after, f"{path}[{i}]")
    return found


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)
