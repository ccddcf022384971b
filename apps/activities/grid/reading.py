"""What people type into the table, as numbers: the editor's fields read it, and say what is wrong in its words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.activities.grid.table import Entry, Table
from apps.core.errors import DomainError
from apps.core.forms import MoneyField
from apps.core.forms.typed_text import plain
from apps.offers.forms.fault_texts import text_of_fault
from apps.offers.forms.fields import TableField
from apps.pricing.faults import MAX_AMOUNT, Fault, Findings, Reader

MOST_ROWS = 20_000


class Typed(NamedTuple):
    """One row as it stands in the table, all texts."""

    sku: str
    price: str
    stock: str = ""


@dataclass(slots=True)
class ReadRow:
    """One row read; what cannot be read is None and has its fault."""

    sku: str
    entry: Entry
    faults: list[str] = field(default_factory=list)


def typed_rows(raw: object) -> list[Typed]:
    """The rows that a page sends, `[[sku, price, stock], ...]`; raises DomainError when it is something else."""
    if not isinstance(raw, list):
        raise DomainError("bad_rows", gettext_lazy("These rows cannot be read. Reload the page."))
    if len(raw) > MOST_ROWS:
        raise DomainError(
            "too_many_rows", gettext_lazy("A table holds at most %(most)s SKUs."), most=MOST_ROWS
        )
    rows = []
    for row in raw:
        if not isinstance(row, list) or len(row) != 3 or not all(isinstance(cell, str) for cell in row):
            raise DomainError("bad_rows", gettext_lazy("These rows cannot be read. Reload the page."))
        rows.append(Typed(plain(row[0]), row[1], row[2]))
    return rows


def read_rows(typed: Sequence[Typed]) -> list[ReadRow]:
    """Every row read; a SKU that stands twice is a fault of the later row."""
    money, units = MoneyField(required=False), TableField(required=False)
    price_label, stock_label = _("Activity price"), _("Stock")
    required = _said(price_label, text_of_fault(Fault("", "required", "is required")))
    seen: set[str] = set()
    rows = []
    for one in typed:
        faults = _code_faults(one.sku, seen)
        seen.add(one.sku)
        price = _number(money.read, one.price, faults, price_label)
        if not plain(one.price):
            faults.append(required)
        stock = _number(units.read_number, one.stock, faults, stock_label)
        rows.append(ReadRow(one.sku, Entry(price, stock), faults))
    return rows


def read_limit(text: str) -> tuple[int | None, list[str]]:
    """The limit of units of each SKU for one customer, and what is wrong with it."""
    faults: list[str] = []
    limit = _number(TableField(required=False).read_number, text, faults, _("Per customer"))
    if limit == 0:
        faults.append(text_of_fault(Fault("", "minimum", "must be at least %(minimum)s", {"minimum": 1})))
        limit = None
    return limit, faults


def table_of_rows(rows: Sequence[ReadRow], limit: int | None) -> Table:
    """What faultless rows say."""
    return Table({row.sku: row.entry for row in rows if row.sku}, limit)


def _code_faults(sku: str, seen: set[str]) -> list[str]:
    if sku in seen:
        return [_("%(code)s stands here twice.") % {"code": sku}]
    findings = Findings()
    Reader({}, "", findings).check_code(sku, "")
    return [_said("SKU", text_of_fault(fault)) for fault in findings.faults]


def _number(read: Callable[[str], int], text: str, faults: list[str], label: str) -> int | None:
    """The number in a cell, None for an empty one."""
    said = plain(text)
    if not said:
        return None
    try:
        number = read(said)
    except ValidationError as error:
        faults.append(_said(label, " ".join(error.messages)))
        return None
    if number > MAX_AMOUNT:
        fault = Fault("", "maximum", "must be at most %(maximum)s", {"maximum": MAX_AMOUNT})
        faults.append(_said(label, text_of_fault(fault)))
        return None
    return number


def _said(label: str, text: str) -> str:
    return f"{label}: {text}"
