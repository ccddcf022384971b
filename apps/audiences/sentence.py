"""A rule in plain words, Chinese or English: 会员等级不低于 3，且标签含“vip”."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from apps.audiences.rules import REGISTERED_AT, SINCE_ORDER, Op
from apps.pricing.faults import parse_time

LABELS: Mapping[str, tuple[str, str]] = {
    "member_level": ("会员等级", "member level"),
    "tags": ("标签", "tags"),
    REGISTERED_AT: ("注册时间", "registration"),
    "orders": ("订单数", "number of orders"),
    SINCE_ORDER: ("距上次下单天数", "days since the last order"),
    "region": ("地区", "region"),
}
WORDS: Mapping[str, tuple[str, str]] = {
    Op.EQ: ("为", "is"),
    Op.NE: ("不为", "is not"),
    Op.GT: ("大于", "is more than"),
    Op.GTE: ("不低于", "is at least"),
    Op.LT: ("小于", "is less than"),
    Op.LTE: ("不超过", "is at most"),
    Op.IN: ("属于", "is one of"),
    Op.CONTAINS: ("含", "include"),
}
TIME_WORDS: Mapping[str, tuple[str, str]] = {
    Op.GT: ("晚于", "is after"),
    Op.GTE: ("不早于", "is not before"),
    Op.LT: ("早于", "is before"),
    Op.LTE: ("不晚于", "is not after"),
}
# "Less than 90 days since the last order" and its opposite, as people say it.
RECENT = ("最近 {days} 天内下过单", "an order in the last {days} days")
NOT_RECENT = ("最近 {days} 天内没有下单", "no order in the last {days} days")
EMPTY: Mapping[str, tuple[str, str]] = {"all": ("所有顾客", "every customer"), "any": ("无人", "nobody")}
JOINTS: Mapping[str, tuple[str, str]] = {"all": ("，且", " and "), "any": ("，或", " or ")}


def sentence(rule: Mapping[str, Any], language: str, zone: tzinfo = UTC) -> str:
    """What a canonical rule asks; `language` as Django names it, times in `zone`."""
    return _node(rule, 0 if language.startswith("zh") else 1, zone)


def _node(rule: Mapping[str, Any], tongue: int, zone: tzinfo, inner: bool = False) -> str:
    for form in ("all", "any"):
        if form in rule:
            return _joined(form, rule[form], tongue, zone, inner)
    if "not" in rule:
        if _is_recent(rule["not"]):
            return NOT_RECENT[tongue].format(days=rule["not"]["value"])
        return ("非", "not ")[tongue] + _bracket(_node(rule["not"], tongue, zone), tongue)
    return _comparison(rule, tongue, zone)


def _joined(form: str, parts: Any, tongue: int, zone: tzinfo, inner: bool) -> str:
    if not parts:
        return EMPTY[form][tongue]
    if len(parts) == 1:
        return _node(parts[0], tongue, zone, inner)
    text = JOINTS[form][tongue].join(_node(part, tongue, zone, inner=True) for part in parts)
    return _bracket(text, tongue) if inner else text


def _comparison(rule: Mapping[str, Any], tongue: int, zone: tzinfo) -> str:
    field, op, value = rule["field"], rule["op"], rule["value"]
    if _is_recent(rule):
        return RECENT[tongue].format(days=value)
    label = LABELS[field][tongue] if field in LABELS else _quoted(field)
    is_time = isinstance(value, str) and parse_time(value) is not None
    words = TIME_WORDS.get(op, WORDS[op]) if is_time else WORDS[op]
    gap = "" if tongue == 0 else " "
    return f"{label}{gap}{words[tongue]}{gap}{_value(value, tongue, zone)}"


def _is_recent(rule: Mapping[str, Any]) -> bool:
    return rule.get("field") == SINCE_ORDER and rule["op"] == Op.LT and type(rule["value"]) is int


def _value(value: Any, tongue: int, zone: tzinfo) -> str:
    if isinstance(value, bool):
        return (("否", "是"), ("no", "yes"))[tongue][value]
    if isinstance(value, list | tuple):
        return ("、", ", ")[tongue].join(_value(item, tongue, zone) for item in value) or "-"
    moment = parse_time(value)
    if moment is not None:
        return _local(moment, zone)
    return _quoted(value) if isinstance(value, str) else str(value)


def _local(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _quoted(text: str) -> str:
    return f"“{text}”"


def _bracket(text: str, tongue: int) -> str:
    return f"（{text}）" if tongue == 0 else f"({text})"
