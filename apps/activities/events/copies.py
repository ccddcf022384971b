"""What a copy of an event says, purely: new codes, instants moved by one offset, members naming each other anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from apps.offers.versions.copies import moved

Json = Mapping[str, Any]
LONGEST = 64


def new_codes(codes: Iterable[str], old_event: str, new_event: str, taken: Iterable[str]) -> dict[str, str]:
    """Each code with the new event's in the place of the old one's, else behind it; never one that is taken."""
    used = set(taken)
    found = {}
    for code in codes:
        wanted = code.replace(old_event, new_event) if old_event in code else f"{code}-{new_event}"
        found[code] = _free(wanted, used)
        used.add(found[code])
    return found


def _free(wanted: str, used: set[str]) -> str:
    candidate, number = wanted[:LONGEST], 1
    while candidate in used:
        number += 1
        ending = f"-{number}"
        candidate = wanted[: LONGEST - len(ending)] + ending
    return candidate


def copied_content(
    content: Json, code: str, shift: timedelta, templates: Mapping[str, str], event: str
) -> dict[str, Any]:
    """One member's document in the new event; coupons that were copied along are named by their copies."""
    copy = _renamed(moved(content, shift), templates)
    copy["code"] = code
    if "event" in copy:
        copy["event"] = event
    return copy


def _renamed(value: Any, templates: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {
            key: templates.get(inner, inner)
            if key == "template" and isinstance(inner, str)
            else _renamed(inner, templates)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_renamed(inner, templates) for inner in value]
    return value
