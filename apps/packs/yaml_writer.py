"""Writes a pack as people write it: one entry a block, its keys on lines of their own, what lies deeper in one line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

#: texts that need no quotation marks in any YAML
PLAIN = re.compile(r"[A-Za-z_\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff-]*\Z")
#: what JSON may hold as it is, but YAML takes for an ending of a line, or refuses
UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
LONGEST_KEY = 1_000  # YAML looks no more than 1,024 characters ahead for the colon
RESERVED = frozenset(("null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf"))


def scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        if PLAIN.match(value) and value.lower() not in RESERVED:
            return value
        return UNPRINTABLE.sub(_escaped, json.dumps(value, ensure_ascii=False))
    return json.dumps(value)


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def _key(name: str) -> str:
    """A key with its colon; one that is too long to be looked ahead for is announced."""
    written = scalar(name)
    return f"{written}:" if len(written) <= LONGEST_KEY else f"? {written} :"


def flow(value: Any) -> str:
    """A value on one line: `{at: 10000, benefit: {amount_off: 1000}}`."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(str(key))} {flow(item)}" for key, item in value.items()) + "}"
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
