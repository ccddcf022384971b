"""JSON read strictly, with the path of everything in it that no document may hold.

Python reads more than JSON is (NaN) and more than a database can keep (lone surrogates, NUL), and of two
equal keys it keeps the last. Each of these is a fault with its path here, so that all are told at once.
"""

from __future__ import annotations

import json
from math import isfinite
from typing import Any

from apps.pricing.faults import Fault, Findings

MAX_DEPTH = 32
MAX_NUMBER = 2**53
LONGEST_NUMBER = 400  # digits that are worth converting: everything longer is over the limit anyway


class NotJsonError(ValueError):
    """The text is no JSON document at all; the message says where it stops being one."""


class _Object(dict[str, Any]):
    """A JSON object that remembers the keys it was given twice."""

    repeated: tuple[str, ...] = ()


def parse(raw: bytes) -> tuple[Any, Findings]:
    """The document and what is wrong with it as JSON; raises NotJsonError where it cannot be read."""
    findings = Findings()
    try:
        tree = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=float,
            parse_int=_integer,
        )
    except UnicodeDecodeError as error:
        raise NotJsonError(f"is not UTF-8 (byte {error.start})") from error
    except RecursionError:
        findings.fault("", "too_deep", "is nested deeper than %(levels)s levels", levels=MAX_DEPTH)
        return None, findings
    except ValueError as error:
        raise NotJsonError(f"is not JSON: {error}") from error
    _inspect(tree, "", 1, findings)
    return tree, findings


def without_echoes(findings: Findings, general: Findings) -> list[Fault]:
    """All faults; where the document itself is at fault, its reader's word on the same path is left out."""
    known = {fault.path for fault in general.faults}
    return general.faults + [fault for fault in findings.faults if fault.path not in known]


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    found = _Object(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        found.repeated = tuple(dict.fromkeys(key for key, _ in pairs if key in seen or seen.add(key)))  # type: ignore[func-returns-value]
    return found


def _integer(digits: str) -> int:
    """Python refuses to convert over 4,300 digits: a long number becomes one that is surely too large."""
    if len(digits) <= LONGEST_NUMBER:
        return int(digits)
    return -(10**LONGEST_NUMBER) if digits[0] == "-" else 10**LONGEST_NUMBER


def _inspect(value: Any, path: str, depth: int, findings: Findings) -> None:
    if isinstance(value, str):
        if not storable(value):
            findings.fault(path, "characters", "holds a character that cannot be stored")
    elif isinstance(value, dict | list):
        if depth > MAX_DEPTH:
            findings.fault(path, "too_deep", "is nested deeper than %(levels)s levels", levels=MAX_DEPTH)
        elif isinstance(value, dict):
            _inspect_object(value, path, depth, findings)
        else:
            for index, item in enumerate(value):
                _inspect(item, f"{path}[{index}]", depth + 1, findings)
    elif isinstance(value, float) and not isfinite(value):
        findings.fault(path, "number", "must be a finite number")
    elif isinstance(value, int) and abs(value) > MAX_NUMBER:
        findings.fault(path, "number", "must be a number of at most %(most)s", most=MAX_NUMBER)


def _inspect_object(value: dict[str, Any], path: str, depth: int, findings: Findings) -> None:
    for key in getattr(value, "repeated", ()):
        findings.fault(f"{path}.{key}" if path else key, "duplicate_key", "is given twice")
    for key, item in value.items():
        below = f"{path}.{key}" if path else key
        if not storable(key):
            findings.fault(below, "characters", "holds a character that cannot be stored")
        _inspect(item, below, depth + 1, findings)


def storable(text: str) -> bool:
    """Whether PostgreSQL can keep this text: no NUL, no half of a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
