"""The pack format, last part: whether the customer of a cart is in an audience, by list or by rule."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.oracle.model import Case


def is_member(case: Case, code: str) -> bool:
    customer = case.customer
    if customer is None:
        return False
    if customer.audiences is not None:  # `audiences` in the cart replaces lists and rules.
        return code in customer.audiences
    audience = case.audiences[code]
    if customer.id is not None and customer.id in audience.get("members", []):
        return True
    return "rule" in audience and matches(audience["rule"], customer.fields)


def matches(rule: Mapping[str, Any], fields: Mapping[str, Any]) -> bool:
    if "all" in rule:
        return all(matches(part, fields) for part in rule["all"])
    if "any" in rule:
        return any(matches(part, fields) for part in rule["any"])
    if "not" in rule:
        return not matches(rule["not"], fields)
    if rule["field"] not in fields:
        return False
    held, value = fields[rule["field"]], rule["value"]
    if rule["field"] == "registered_at":
        held, value = _as_instants(held), _as_instants(value)
    return _holds(rule["op"], held, value)


def _as_instants(value: Any) -> Any:
    if isinstance(value, list):
        return [_as_instants(item) for item in value]
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _holds(op: str, held: Any, value: Any) -> bool:
    if op == "in":
        return any(_equal(held, item) for item in value)
    if op == "contains":
        return isinstance(held, list) and any(_equal(item, value) for item in held)
    if type(held) is not type(value):
        return False
    comparisons = {
        "eq": lambda: held == value,
        "ne": lambda: held != value,
        "gt": lambda: held > value,
        "gte": lambda: held >= value,
        "lt": lambda: held < value,
        "lte": lambda: held <= value,
    }
    return bool(comparisons[op]())


def _equal(one: Any, other: Any) -> bool:
    return type(one) is type(other) and one == other
