"""The table as a spreadsheet: its columns in both languages, out with all that the page shows, in with what counts."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain, islice
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext_lazy, override

from apps.activities.grid.reading import MOST_ROWS, Typed
from apps.core.currency import current
from apps.core.errors import DomainError
from apps.core.forms.money import write_money
from apps.core.spreadsheets import Cell, read_rows
from apps.pricing.money import exponent_of

#: in the order of the page
COLUMNS = {
    "sku": gettext_lazy("SKU"),
    "name": gettext_lazy("Name"),
    "list": gettext_lazy("Original"),
    "cost": gettext_lazy("Cost"),
    "floor": gettext_lazy("Floor price"),
    "price": gettext_lazy("Activity price"),
    "discount": gettext_lazy("Off"),
    "margin": gettext_lazy("Margin"),
    "stock": gettext_lazy("Stock"),
    "limit": gettext_lazy("Per customer"),
    "state": gettext_lazy("State"),
    "problems": gettext_lazy("Problems"),
}
TAKEN = ("sku", "price", "stock", "limit")
WIDTHS = (18, 32, 11, 11, 11, 11, 9, 18, 11, 11, 12, 48)
#: what other spreadsheets call them
ALSO = {
    "sku": ("sku编码", "商品编码", "商品编号", "sku code", "sku id"),
    "price": ("秒杀价", "促销价", "价格", "price", "promotion price", "flash price"),
    "stock": ("库存", "数量", "units"),
    "limit": ("限购", "limit"),
}
#: without a header line the number of columns says what they are
BARE = {2: ("sku", "price"), 3: ("sku", "price", "stock"), 4: TAKEN, len(COLUMNS): tuple(COLUMNS)}


@dataclass(frozen=True)
class Sheet:
    """What a spreadsheet says: rows as typed, and the limit that all of them name."""

    rows: Sequence[Typed] = field(default_factory=tuple)
    limit: str | None = None
    has_stock: bool = False


def read_text(text: str) -> Sheet:
    """What was pasted."""
    return read_file(io.BytesIO(text.encode("utf-8", "replace")))


def read_file(file: IO[bytes]) -> Sheet:
    """A file or a pasted text; raises DomainError with what is wrong with it as a whole."""
    rows = read_rows(file)
    first = next(rows, None)
    if first is None:
        raise DomainError("empty_sheet", gettext_lazy("There is no row in it."), "file")
    columns = _header(first)
    if columns is None:
        columns = BARE.get(len(first))
        rows = chain([first], rows)
    if columns is None or "sku" not in columns or "price" not in columns:
        raise DomainError(
            "no_columns", gettext_lazy("Name the columns SKU and activity price in the first line."), "file"
        )
    return _sheet(columns, rows)


def with_stock_of(before: Sequence[Typed], sheet: Sheet) -> list[Typed]:
    """The sheet's rows; one without a column for the stock leaves it as it is."""
    stock = {} if sheet.has_stock else {row.sku: row.stock for row in before}
    return [row if sheet.has_stock else row._replace(stock=stock.get(row.sku, "")) for row in sheet.rows]


def _sheet(columns: Sequence[str], rows: Iterable[list[str]]) -> Sheet:
    places = {name: columns.index(name) for name in TAKEN if name in columns}
    limits: dict[str, None] = {}
    typed = []
    for cells in islice(rows, MOST_ROWS + 1):
        said = {name: cells[place] if place < len(cells) else "" for name, place in places.items()}
        if not said["sku"] and not said["price"]:
            continue
        typed.append(Typed(said["sku"], said["price"], said.get("stock", "")))
        if "limit" in said:
            limits[said["limit"]] = None
    if len(typed) > MOST_ROWS:
        message = gettext_lazy("A table holds at most %(most)s SKUs.")
        raise DomainError("too_many_rows", message, "file", most=MOST_ROWS)
    if len(limits) > 1:
        message = gettext_lazy(
            "One limit counts for every SKU of an activity, and the rows name several: %(limits)s."
        )
        raise DomainError(
            "limits_differ", message, "file", limits=", ".join(one or "–" for one in islice(limits, 5))
        )
    return Sheet(typed, next(iter(limits), None), "stock" in places)


def _header(cells: Sequence[str]) -> tuple[str, ...] | None:
    """The columns that a first line names, "" for others; None when it is no header."""
    known = _names()
    columns = tuple(known.get(cell.strip().lower(), "") for cell in cells)
    return columns if "sku" in columns else None


def _names() -> dict[str, str]:
    names = {name: column for column, others in ALSO.items() for name in others}
    for language, _label in settings.LANGUAGES:
        with override(language):
            names.update({str(label).lower(): column for column, label in COLUMNS.items()})
    return names


def header() -> list[str]:
    return [str(label) for label in COLUMNS.values()]


def lines(
    answers: Iterable[Mapping[str, Any]], limit: int | None, amounts: Mapping[str, Any]
) -> Iterator[list[Cell]]:
    """One line a row; amounts are numbers, so that a spreadsheet can count with them."""
    for row in answers:
        good = amounts.get(row["sku"])
        yield [
            row["sku"],
            row["name"],
            _decimal(good.price if good else None),
            _decimal(good.cost if good else None),
            _decimal(good.floor if good else None),
            _decimal(row.get("amount")),
            row.get("discount", ""),
            row.get("margin", ""),
            int(row["stock"]) if row["stock"] else None,
            limit,
            str(STATES.get(row["state"], "")),
            "；".join(text for _code, _level, text in row["problems"]),
        ]


STATES = {
    "stopped": gettext_lazy("stopped"),
    "added": gettext_lazy("new SKU"),
    "repriced": gettext_lazy("price changed"),
    "restocked": gettext_lazy("stock changed"),
}


def _decimal(amount: int | None) -> Decimal | None:
    return None if amount is None else Decimal(write_money(amount, exponent_of(current())))
