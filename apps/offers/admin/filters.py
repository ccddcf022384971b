"""Filters that other apps add to the lists of everything versioned."""

from __future__ import annotations

from typing import Any

_more: list[type[Any]] = []


def register(list_filter: type[Any]) -> None:
    if list_filter not in _more:
        _more.append(list_filter)


def more() -> tuple[type[Any], ...]:
    return tuple(_more)
