"""`scope`: all goods, those that lists name, or all but those."""

from __future__ import annotations

from typing import Any

from apps.pricing.faults import Reader
from apps.pricing.scope import ScopeMode

#: the lists of a scope and the type of code that each names ("" is free text)
LISTS = {"skus": "sku", "categories": "category", "brands": "brand", "tags": "", "shops": "shop"}


def everything() -> dict[str, Any]:
    """The scope of an offer that names none."""
    return {"mode": ScopeMode.ALL.value, **_no_lists(), "except": _no_lists()}


def read_scope(owner: Reader, key: str = "scope") -> dict[str, Any]:
    """Mode, the five lists and `except` with the same lists; lists are sorted, for a scope is a set."""
    reader = owner.child(key)
    mode = reader.text("mode", choices=tuple(ScopeMode)) or ScopeMode.ALL.value
    lists = _read_lists(reader)
    excepted = reader.child("except")
    except_lists = _read_lists(excepted)
    excepted.close()
    reader.close()
    if mode == ScopeMode.ALL:
        for name in (name for name, codes in lists.items() if codes):
            reader.fault(name, "scope_lists", "needs the mode include or exclude")
    if mode != ScopeMode.INCLUDE and any(except_lists.values()):
        reader.fault("except", "scope_except", "belongs to the mode include")
    return {"mode": mode, **lists, "except": except_lists}


def _no_lists() -> dict[str, list[str]]:
    return {name: [] for name in LISTS}


def _read_lists(reader: Reader) -> dict[str, list[str]]:
    return {
        name: sorted(reader.codes(name, refers_to=type_) if type_ else reader.texts(name))
        for name, type_ in LISTS.items()
    }
