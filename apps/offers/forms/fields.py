"""Fields for what documents hold besides money, discounts and times: lists of codes, tables by SKU, percentages."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from apps.core.forms import MoneyField
from apps.core.forms.typed_text import TypedTextField, plain
from apps.pricing.money import BPS, format_percent

BETWEEN = re.compile(r"[\s,，;；、]+")
PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,2})?)\s*%?", re.ASCII)
SHOWN_LINES = 50


class PercentField(TypedTextField):
    """A share of the whole: 10 or 10% is 1000 basis points."""

    def read(self, text: str) -> int:
        match = PERCENT.fullmatch(text)
        if match is None:
            raise ValidationError(_("Enter a percentage such as 10 or 12.5%."), code="invalid")
        bps = int(Decimal(match[1]) * 100)
        if bps > BPS:
            raise ValidationError(_("At most 100%."), code="over_100")
        return bps

    def write(self, value: int) -> str:
        return format_percent(value)


class PickerWidget(UnfoldAdminTextareaWidget):
    """Codes as text, one way to paste many; the page's script turns it into chips with a search."""

    def __init__(self, source: str, single: bool = False) -> None:
        attrs = {"rows": 2, "data-picker": source, "autocomplete": "off", "spellcheck": "false"}
        super().__init__({**attrs, "data-single": "1"} if single else attrs)
        self.source = source


class WordsField(forms.Field):
    """A list of codes or words, in any order and separated as people separate them."""

    def __init__(self, *, source: str = "", numbers: bool = False, **options: Any) -> None:
        self.source = source
        self.numbers = numbers
        widget = PickerWidget(source or "words")
        super().__init__(**{"widget": widget, **options})

    def to_python(self, value: Any) -> list[Any]:
        if isinstance(value, list | tuple):
            return list(value)
        words = list(dict.fromkeys(word for word in BETWEEN.split(plain(value or "")) if word))
        if not self.numbers:
            return words
        if not all(word.isdecimal() for word in words):
            raise ValidationError(_("Enter whole numbers."), code="invalid")
        return [int(word) for word in words]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list | tuple) else value


class CodeField(forms.CharField):
    """One code of something that can be searched."""

    def __init__(self, *, source: str, **options: Any) -> None:
        self.source = source
        super().__init__(**{"widget": PickerWidget(source, single=True), **options})


class TableField(forms.Field):
    """Numbers by SKU, one line each: `SKU 59.00`, as pasted from a spreadsheet."""

    column = _("units")

    def __init__(self, **options: Any) -> None:
        widget = UnfoldAdminTextareaWidget({"rows": 5, "data-table": "1", "spellcheck": "false"})
        super().__init__(**{"widget": widget, **options})

    def read_number(self, text: str) -> int:
        if not text.replace(",", "").isdecimal():
            raise ValidationError(_("Enter whole numbers."), code="invalid")
        return int(text.replace(",", ""))

    def write_number(self, number: int) -> str:
        return str(number)

    def to_python(self, value: Any) -> dict[str, int]:
        if isinstance(value, dict):
            return value
        table: dict[str, int] = {}
        faults = []
        for position, line in enumerate(plain(value or "").splitlines(), start=1):
            cells = BETWEEN.split(line.strip(), maxsplit=1) if "\t" not in line else line.strip().split("\t")
            cells = [cell.strip() for cell in cells if cell.strip()]
            if not cells:
                continue
            fault = self._read_line(cells, table)
            if fault is not None:
                faults.append(_("Line %(line)s: %(fault)s") % {"line": position, "fault": fault})
        if faults:
            raise ValidationError([ValidationError(fault, code="line") for fault in faults[:SHOWN_LINES]])
        return table

    def _read_line(self, cells: list[str], table: dict[str, int]) -> str | None:
        if len(cells) < 2:
            return str(_("Write the SKU and the number, separated by a space or a tab."))
        code, text = cells[0], cells[-1]
        if code in table:
            return str(_("%(code)s stands here twice.") % {"code": code})
        try:
            table[code] = self.read_number(text)
        except ValidationError as error:
            return " ".join(error.messages)
        return None

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return "\n".join(f"{code}\t{self.write_number(number)}" for code, number in value.items())


class PriceTableField(TableField):
    """Prices by SKU. `exit`: the button that saves the draft and opens the table for them."""

    column = _("price")
    exit = ("_grid", _("Open the SKU table"))

    def __init__(self, **options: Any) -> None:
        self.money = MoneyField(required=False)
        super().__init__(**options)

    def read_number(self, text: str) -> int:
        return self.money.read(text)

    def write_number(self, number: int) -> str:
        return self.money.write(number)


class GiftsField(TableField):
    """`[{sku, quantity}]` or `[{template, quantity}]`, typed as `SKU 2`."""

    def __init__(self, *, key: str, **options: Any) -> None:
        self.key = key
        super().__init__(**options)
        self.widget.attrs["rows"] = 1

    def _read_line(self, cells: list[str], table: dict[str, int]) -> str | None:
        return super()._read_line(cells if len(cells) > 1 else [*cells, "1"], table)

    def to_python(self, value: Any) -> list[dict[str, Any]]:  # type: ignore[override]
        if isinstance(value, list):
            return value
        return [{self.key: code, "quantity": count} for code, count in super().to_python(value).items()]

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return super().prepare_value({one[self.key]: one["quantity"] for one in value})
