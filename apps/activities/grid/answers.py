"""Rows as the page shows them: amounts, 折 and margins in words, the reasons beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from apps.activities.grid.changes import Changes, Line
from apps.activities.grid.goods import Good, Ground
from apps.activities.grid.judging import Judge
from apps.activities.grid.reading import ReadRow, Typed
from apps.activities.grid.table import Entry, Table
from apps.core.forms import DiscountField, MoneyField
from apps.pricing.money import BPS, format_money, format_percent, half_up

Json = dict[str, Any]
#: how much of a difference a page shows; the numbers count all of it
SHOWN_LINES = 200


def typed_of(table: Table) -> list[Typed]:
    """A table as its cells show it."""
    money = MoneyField()
    return [
        Typed(
            sku,
            "" if entry.price is None else money.write(entry.price),
            "" if entry.stock is None else str(entry.stock),
        )
        for sku, entry in table.entries.items()
    ]


def rows_answer(typed: Sequence[Typed], rows: Sequence[ReadRow], ground: Ground, currency: str) -> list[Json]:
    """One object a row, in the order of the rows."""
    judge = Judge(ground, currency)
    return [_row(one, row, judge) for one, row in zip(typed, rows, strict=True)]


def _row(typed: Typed, row: ReadRow, judge: Judge) -> Json:
    good = judge.ground.goods.get(row.sku)
    price = row.entry.price
    said: Json = {
        "sku": row.sku,
        "price": typed.price,
        "stock": typed.stock,
        "name": good.name if good else "",
    }
    if good is not None:
        amounts = (("list", good.price), ("cost", good.cost), ("floor", good.floor))
        said.update({name: _money(amount, judge.currency) for name, amount in amounts})
        if price is not None:
            said["discount"], said["margin"] = discount(price, good), margin(price, good, judge.currency)
    if price is not None:
        said["amount"] = price
    said["problems"] = [[one.code, one.level.value, one.text] for one in judge.problems(row)]
    said["state"], said["was"] = _state(row, judge)
    return said


def discount(price: int, good: Good) -> str:
    """8折 or 20%; nothing where the price is no lower."""
    if price >= good.price:
        return ""
    left = half_up(price * BPS, good.price)
    bps = BPS - left
    if not bps or (not left and price):
        return ""
    return DiscountField().write(bps) if price else _("free")


def margin(price: int, good: Good, currency: str) -> str:
    """What is left over the cost, and its share of the price."""
    if good.cost is None:
        return ""
    left = price - good.cost
    share = f" ({format_percent(half_up(left * 100, price) * 100)})" if price else ""
    return f"{format_money(left, currency)}{share}"


def _state(row: ReadRow, judge: Judge) -> tuple[str, str]:
    """Against the version that runs: stopped, added, repriced, restocked; and what it said before."""
    if row.sku in judge.ground.stopped:
        return "stopped", ""
    running = judge.ground.running
    if running is None or row.faults:
        return "", ""
    old = running.get(row.sku)
    if old is None:
        return "added", ""
    if old.price != row.entry.price:
        return "repriced", _money(old.price, judge.currency)
    if old.stock != row.entry.stock:
        return "restocked", _units(old)
    return "", ""


def changes_answer(found: Changes, ground: Ground, currency: str) -> Json:
    """The numbers of a difference and its first lines."""
    lines = [_line(line, ground, currency) for line in found.lines[:SHOWN_LINES]]
    return {"counts": found.counts(), "lines": lines}


def _line(line: Line, ground: Ground, currency: str) -> Json:
    good = ground.goods.get(line.sku)
    return {
        "group": line.group.value,
        "sku": line.sku,
        "name": good.name if good else "",
        "old": _entry(line.old, currency),
        "new": _entry(line.new, currency),
    }


def _entry(entry: Entry | None, currency: str) -> str:
    if entry is None:
        return ""
    units = _units(entry)
    return _money(entry.price, currency) + (f" · {units}" if units else "")


def _units(entry: Entry) -> str:
    return "" if entry.stock is None else _("%(count)s units") % {"count": f"{entry.stock:,}"}


def _money(amount: int | None, currency: str) -> str:
    return "" if amount is None else format_money(amount, currency)
