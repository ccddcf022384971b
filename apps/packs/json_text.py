"""Strict JSON: duplicate keys are faults with their path, and nothing JSON does not know gets through."""

from __future__ import annotations

import json
from typing import Any

from apps.pricing.faults import Findings

MAX_DIGITS = 30


class Repeated(dict[str, Any]):
    """A JSON object that named a key twice; the keys are kept until their path is known."""

    keys_twice: tuple[str, ...] = ()


def parse_json(text: str, findings: Findings) -> Any:
    """The value of a JSON text; None after a fault of syntax. NaN becomes a float, which readers refuse."""
    repeated: list[Repeated] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) == len(items):
            return found
        marked = Repeated(found)
        names = [name for name, _ in items]
        marked.keys_twice = tuple(dict.fromkeys(name for name in names if names.count(name) > 1))
        repeated.append(marked)
        return marked

    try:
        value = json.loads(text, object_pairs_hook=pairs, parse_int=_whole)
    except json.JSONDecodeError as error:
        findings.fault(
            "", "json", "is not JSON: %(what)s (line %(line)s)", what=error.msg.lower(), line=error.lineno
        )
        return None
    except RecursionError:
        findings.fault("", "too_deep", "is nested too deeply")
        return None
    if repeated:
        _note_repeated(value, "", findings)
    return value


def _whole(digits: str) -> int | float:
    """No number that the portal knows is that long, and converting it could take minutes."""
    return int(digits) if len(digits) <= MAX_DIGITS else float("inf")


def _note_repeated(value: Any, path: str, findings: Findings) -> None:
    if isinstance(value, Repeated):
        for key in value.keys_twice:
            findings.fault(f"{path}.{key}" if path else key, "duplicate_key", "is given twice")
    if isinstance(value, dict):
        for key, item in value.items():
            _note_repeated(item, f"{path}.{key}" if path else key, findings)
    elif isinstance(value, list):
        for i, item in enumerate(value):
            _note_repeated(item, f"{path}[{i}]", findings)
