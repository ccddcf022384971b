"""Section 8, last sentence, and sections 1 and 5: what holds on every quote, whoever made it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from tests.oracle.model import Line, read_case


def broken(pack: Mapping[str, Any], cart: Mapping[str, Any], quote: Mapping[str, Any]) -> list[str]:
    """Every promise that the quote breaks, in words."""
    lines = {line.line: line for line in read_case(pack, cart).lines}
    faults = [fault for row in quote["lines"] for fault in _line_faults(lines[row["line"]], row)]
    faults += _total_faults(quote)
    faults += _offer_faults(quote)
    return faults


def _line_faults(line: Line, row: Mapping[str, Any]) -> list[str]:
    name, faults = f"line {line.line}", []
    if row["list_amount"] != line.quantity * line.price:
        faults.append(f"{name}: list amount {row['list_amount']}")
    if sum(segment["units"] for segment in row["segments"]) != line.quantity:
        faults.append(f"{name}: units of the segments don't add up")
    if sum(segment["net_amount"] for segment in row["segments"]) != row["net_amount"]:
        faults.append(f"{name}: nets of the segments don't add up")
    for at, segment in enumerate(row["segments"]):
        where, shares = f"{name} segment {at}", [share["amount"] for share in segment["shares"]]
        net, units = segment["net_amount"], segment["units"]
        if net < 0 or any(share < 0 for share in shares) or units < 1:
            faults.append(f"{where}: below 0")
        if net + sum(shares) != units * line.price:
            faults.append(f"{where}: net + shares is not list")
        if sum(shares) > 0 and net < units * line.min_price:
            faults.append(f"{where}: over its room")
    return faults


def _total_faults(quote: Mapping[str, Any]) -> list[str]:
    goods = sum(row["list_amount"] for row in quote["lines"])
    net = sum(row["net_amount"] for row in quote["lines"])
    payable = net + quote["shipping_fee"] - quote["shipping_discount"]
    checks = {
        "list_total": quote["list_total"] == goods,
        "discount_total": quote["discount_total"] == goods - net,
        "shipping_discount": 0 <= quote["shipping_discount"] <= quote["shipping_fee"],
        "payable_total": quote["payable_total"] == payable and payable >= 0,
    }
    return [f"{name} is wrong" for name, good in checks.items() if not good]


def _offer_faults(quote: Mapping[str, Any]) -> list[str]:
    """Each used offer's discount is the sum of its shares; shipping offers' are what left the fee."""
    shares: Counter[str] = Counter()
    for row in quote["lines"]:
        for segment in row["segments"]:
            for share in segment["shares"]:
                shares[share["offer"]] += share["amount"]
    goods = {one["offer"]: one["discount"] for one in quote["offers"] if one["layer"] != "shipping"}
    faults = [
        f"{code}: discount {amount}, shares {shares[code]}"
        for code, amount in goods.items()
        if shares[code] != amount
    ]
    faults += [f"{code} has shares but is not used" for code in shares if code not in goods]
    fee = sum(one["discount"] for one in quote["offers"] if one["layer"] == "shipping")
    if fee != quote["shipping_discount"]:
        faults.append(f"shipping offers give {fee}")
    faults += [
        f"{one['offer']}: full_discount below discount"
        for one in quote["offers"]
        if one["full_discount"] < one["discount"]
    ]
    return faults
