"""What a rule audience asks of a customer: a tree of all / any / not over fields, read with every fault."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from math import isfinite
from typing import Any

from apps.pricing.faults import Reader, parse_time

MAX_DEPTH = 16
MAX_PARTS = 1_000
MAX_VALUES = 10_000
MAX_FIELD = 64
REGISTERED_AT = "registered_at"
# Whole days since the last paid order; missing for those who never ordered, so "not less than" holds for them, too.
SINCE_ORDER = "days_since_order"
OWN_FIELDS = ("member_level", "tags", REGISTERED_AT, "orders", "region", SINCE_ORDER)


class Op(StrEnum):
    EQ = "eq"
    NE = "ne"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    IN = "in"
    CONTAINS = "contains"


COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    Op.EQ: operator.eq,
    Op.NE: operator.ne,
    Op.GT: operator.gt,
    Op.GTE: operator.ge,
    Op.LT: operator.lt,
    Op.LTE: operator.le,
}
TREES = ("all", "any", "not")
COMPARISON = ("field", "op", "value")
LISTS = (list, tuple, set, frozenset)
UNORDERED = frozenset({Op.EQ, Op.NE})


def read_rule(reader: Reader) -> dict[str, Any]:
    """The rule in canonical form; what is wrong with it is noted in the reader's findings."""
    return _read_node(reader, 1)


def _read_node(reader: Reader, depth: int) -> dict[str, Any]:
    if not reader.ok:
        return {}
    if depth > MAX_DEPTH:
        reader.fault("", "too_deep", "is nested deeper than %(levels)s levels", levels=MAX_DEPTH)
        return {}
    for key in (*TREES, *COMPARISON):
        reader.take(key)  # known here even where it is null
    forms = [form for form in TREES if reader.has(form)]
    if any(reader.has(key) for key in COMPARISON):
        forms.append("field")
    if len(forms) != 1:
        reader.fault("", "form", "must be one of all, any, not, or a field with op and value")
        return {}
    node = _read_form(reader, forms[0], depth)
    reader.close()
    return node


def _read_form(reader: Reader, form: str, depth: int) -> dict[str, Any]:
    if form == "field":
        return _read_comparison(reader)
    if form == "not":
        return {"not": _read_node(reader.child("not"), depth + 1)}
    return {form: [_read_node(part, depth + 1) for part in reader.children(form, longest=MAX_PARTS)]}


def _read_comparison(reader: Reader) -> dict[str, Any]:
    field = reader.text("field", required=True, longest=MAX_FIELD)
    if field == "":
        reader.fault("field", "required", "is required")
    op = reader.text("op", required=True, choices=tuple(Op))
    value = reader.take("value", required=True)
    if op == Op.IN or isinstance(value, list | tuple):
        value = _read_list(reader, value, field)
    elif value is not None:
        value = _read_scalar(reader, value, field, reader.at("value"))
    return {"field": field, "op": op, "value": value}


def _read_list(reader: Reader, raw: object, field: str | None) -> list[Any] | None:
    if raw is None:
        return None
    if not isinstance(raw, list | tuple):
        reader.fault("value", "type", "must be a list")
        return None
    if len(raw) > MAX_VALUES:
        reader.fault("value", "too_long", "has more than %(longest)s entries", longest=MAX_VALUES)
        return None
    return [_read_scalar(reader, item, field, f"{reader.at('value')}[{i}]") for i, item in enumerate(raw)]


def _read_scalar(reader: Reader, raw: object, field: str | None, path: str) -> Any:
    """A value that JSON can hold; YAML also brings times of its own, which become text in UTC."""
    if isinstance(raw, datetime):
        if raw.tzinfo is None:
            reader.findings.fault(path, "time", "must be an ISO 8601 time with an offset")
            return None
        return raw.astimezone(UTC).isoformat()
    if isinstance(raw, str):
        return _read_text(reader, raw, field, path)
    if isinstance(raw, bool | int) or (isinstance(raw, float) and isfinite(raw)):
        return raw
    reader.findings.fault(path, "type", "must be text, a number, true or false")
    return None


def _read_text(reader: Reader, raw: str, field: str | None, path: str) -> str | None:
    if "\x00" in raw or any(0xD800 <= ord(letter) <= 0xDFFF for letter in raw):
        reader.findings.fault(path, "characters", "holds a character that cannot be stored")
        return None
    moment = parse_time(raw) if field == REGISTERED_AT else None
    return moment.astimezone(UTC).isoformat() if moment is not None else raw


def matches(rule: Mapping[str, Any], fields: Mapping[str, Any]) -> bool:
    """Whether a customer with these fields is meant; a field that is missing (or None) never matches."""
    if "all" in rule:
        return all(matches(part, fields) for part in rule["all"])
    if "any" in rule:
        return any(matches(part, fields) for part in rule["any"])
    if "not" in rule:
        return not matches(rule["not"], fields)
    held = fields.get(rule["field"])
    return held is not None and _holds(rule["op"], held, rule["value"])


def _holds(op: str, held: Any, value: Any) -> bool:
    if op == Op.IN:
        return any(_compare(Op.EQ, held, item) for item in value)
    if op == Op.CONTAINS:
        return isinstance(held, LISTS) and any(_compare(Op.EQ, item, value) for item in held)
    return _compare(op, held, value)


def _compare(op: str, held: Any, value: Any) -> bool:
    one_type, one = _typed(held)
    other_type, other = _typed(value)
    if one_type != other_type or (one_type == "list" and op not in UNORDERED):
        return False
    return COMPARISONS[op](one, other)


def _typed(value: Any) -> tuple[str, Any]:
    """A value with the name of its type: true is no number, and a text that is a time is a time."""
    if isinstance(value, bool):
        return "flag", value
    if isinstance(value, int | float):
        return "number", value
    if isinstance(value, datetime) and value.tzinfo is not None:
        return "time", value
    if isinstance(value, str):
        moment = parse_time(value)
        return ("text", value) if moment is None else ("time", moment)
    if isinstance(value, list | tuple):
        return "list", [_typed(item) for item in value]
    return type(value).__name__, None


def customer_fields(
    stored: Mapping[str, Any] | None, given: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The flat fields that rules see: the stored ones and those under `attributes`, replaced by a cart's.

    An attribute cannot pose as one of the portal's own fields, and None is absent on either side.
    """
    stored, given = stored or {}, given or {}
    fields = {name: v for name, v in (stored.get("attributes") or {}).items() if v is not None}
    for name in OWN_FIELDS:
        fields.pop(name, None)
        value = given.get(name) if given.get(name) is not None else stored.get(name)
        if value is not None:
            fields[name] = value
    return fields
