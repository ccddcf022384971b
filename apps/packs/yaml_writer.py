"""Writes a pack as people write it: one entry a block, its keys on lines of their own, what lies deeper in one line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

#: texts that need no quotation marks in any YAML
PLAIN = re.compile(r"[A-Za-z_\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff-]*\Z")
RESERVED = frozenset(("null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf"))


def scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        if PLAIN.match(value) and value.lower() not in RESERVED:
            return value
        return json.dumps(value, ensure_ascii=False)
    return json.dumps(value)


def flow(value: Any) -> str:
    """A value on one line: `{at: 10000, benefit: {amount_off: 1000}}`."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(str(key))}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)


def rows(entries: Iterable[Mapping[str, Any]], indent: str = "  ") -> Iterator[str]:
    """Entries on one line each, for what there is much of."""
    for entry in entries:
        yield f"{indent}- {flow(entry)}\n"


def blocks(entries: Iterable[Mapping[str, Any]], indent: str = "  ") -> Iterator[str]:
    """Entries with a line for every key."""
    for entry in entries:
        lead = "- "
        for key, value in entry.items():
            yield f"{indent}{lead}{scalar(str(key))}: {flow(value)}\n"
            lead = "  "
