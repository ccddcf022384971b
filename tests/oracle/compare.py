"""How two quotes of the same cart differ, in words; none where they say the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

TOTALS = ("list_total", "discount_total", "shipping_fee", "shipping_discount", "payable_total")


def differences(expected: Mapping[str, Any], actual: Mapping[str, Any]) -> list[str]:
    if "error" in actual:
        return [f"refused: {actual['error']}"]
    found = [_differs(name, expected[name], actual.get(name)) for name in TOTALS]
    found += [
        _differs(
            "lines", [row["line"] for row in expected["lines"]], [row["line"] for row in actual["lines"]]
        )
    ]
    by_line = {row["line"]: row for row in actual["lines"]}
    for row in expected["lines"]:
        found += _line_differences(row, by_line.get(row["line"]))
    found.append(_differs("offers", offers(expected), offers(actual)))
    for granted in (True, False):
        word = "granted" if granted else "refused"
        for what, key in (("gifts", "sku"), ("coupons", "template")):
            mine, theirs = rewards(expected, what, key, granted), rewards(actual, what, key, granted)
            found.append(_differs(f"{what} {word}", mine, theirs))
    points = [quote["rewards"].get("points", 0) for quote in (expected, actual)]
    found.append(_differs("points", *points))
    return [difference for difference in found if difference]


def _differs(name: str, expected: Any, actual: Any) -> str:
    return "" if expected == actual else f"{name}: expected {expected}, got {actual}"


def _line_differences(expected: Mapping[str, Any], actual: Mapping[str, Any] | None) -> list[str]:
    name = f"line {expected['line']}"
    if actual is None:
        return [f"{name}: missing"]
    found = [
        _differs(f"{name} {key}", expected[key], actual.get(key))
        for key in ("sku", "quantity", "list_amount", "net_amount")
    ]
    found.append(_differs(f"{name} segments", segments(expected), segments(actual)))
    return found


def segments(row: Mapping[str, Any]) -> list[tuple[int, int, list[tuple[str, int]]]]:
    """In order; a share of 0 may be listed or not."""
    return [
        (
            segment["units"],
            segment["net_amount"],
            [(share["offer"], share["amount"]) for share in segment["shares"] if share["amount"]],
        )
        for segment in row["segments"]
    ]


def offers(quote: Mapping[str, Any]) -> list[tuple[str, bool, int]]:
    """Who was used, whether by a coupon, and for how much; the order of the list says nothing."""
    return sorted((one["offer"], one.get("coupon") is not None, one["discount"]) for one in quote["offers"])


def rewards(quote: Mapping[str, Any], what: str, key: str, granted: bool) -> dict[tuple[Any, str], int]:
    """Quantities by offer and SKU or template, however many entries they come in."""
    rows: Sequence[Mapping[str, Any]] = quote["gifts"] if what == "gifts" else quote["rewards"]["coupons"]
    counted: Counter[tuple[Any, str]] = Counter()
    for row in rows:
        if row.get("granted", True) is granted:
            counted[(row.get("offer"), row[key])] += row["quantity"]
    return dict(sorted(counted.items()))
