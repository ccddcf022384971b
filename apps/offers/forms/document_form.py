"""A form that writes a document: what is typed, as JSON of the pack format, with every fault beside its field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _

from apps.core.forms import LocalDateTimeField
from apps.offers.forms.fault_texts import text_of_fault
from apps.offers.forms.paths import dig, nearest, pattern, put
from apps.offers.forms.shown import NOTHING, ShownBlock, ShownGroup
from apps.offers.forms.slots import Block, Rows, Slot
from apps.pricing.faults import Fault


class DocumentForm(forms.Form):
    """Children give `blocks()`; fields are named by their paths and none is required here: the reader decides.

    Made from `data` (what was typed), or from `content` (a document).
    """

    use_required_attribute = False

    #: what places say when nobody has thought about them
    USUAL: ClassVar[Mapping[str, Any]] = {
        "schedule.tz": settings.TIME_ZONE,
        "limits.per": "activity",
        "stock.per": "activity",
        "budget.stop_below": 0,
        "display.sort": 0,
        "display.teaser": "price",
        "priority": 0,
        "basis": "running",
        "holdout_bps": 0,
        "clawback": "waive",
        "return_policy": "full_refund",
        "return_grace_hours": 0,
        "validity.delay_days": 0,
    }

    #: what people must choose though a document may leave it out: there is no usual answer
    MUST_CHOOSE: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self, data: QueryDict | None = None, content: Mapping[str, Any] | None = None, **options: Any
    ) -> None:
        super().__init__(data=data, label_suffix="", **options)
        self.content = dict(content or {})
        # Read once: placing faults takes values out of `cleaned_data`.
        self.said: dict[str, Any] | None = None
        self.blocks: Sequence[Block] = self.make_blocks()
        self.row_numbers: dict[str, list[int]] = {}
        # Lists that lack something, by what is said about them.
        self.wrong_rows: dict[str, Rows] = {}
        for rows in self.all_rows():
            self.row_numbers[rows.path] = self._numbers(rows)
        for slot in self.all_slots():
            self._add(slot)

    def make_blocks(self) -> Sequence[Block]:
        """The layout, which may depend on what is chosen: see `value`."""
        raise NotImplementedError

    def initial_of(self, path: str) -> Any:
        """What the content says at `path`; children translate where the page asks otherwise than the document."""
        return dig(self.content, path)

    def assemble(self, raw: dict[str, Any]) -> dict[str, Any]:
        """From the values by place to the document; children translate back."""
        return raw

    # What is chosen now

    def value(self, path: str) -> Any:
        """What stands in a field at this moment, typed or from the content."""
        if self.is_bound:
            return self.data.get(path)
        return self.initial_of(path)

    def all_entries(self) -> Iterable[Slot | Rows]:
        for block in self.blocks:
            for group in block.groups:
                yield from group.entries

    def all_rows(self) -> list[Rows]:
        return [entry for entry in self.all_entries() if isinstance(entry, Rows)]

    def all_slots(self) -> Iterable[Slot]:
        for entry in self.all_entries():
            if isinstance(entry, Slot):
                yield entry
            else:
                for number in self.row_numbers[entry.path]:
                    yield from entry.row(number)

    def _numbers(self, rows: Rows) -> list[int]:
        """Which rows are on the page: those posted, or one for each object of the content."""
        if self.is_bound:
            name = re.compile(re.escape(rows.path) + r"\[(\d+)\]")
            found = {int(match[1]) for key in self.data if (match := name.match(key))}
            numbers = sorted(found)
        else:
            numbers = list(range(len(self.initial_of(rows.path) or [])))
        missing = rows.at_least - len(numbers)
        return numbers + [max(numbers, default=-1) + 1 + i for i in range(missing)]

    def _add(self, slot: Slot) -> None:
        made = slot.make(lambda path: self.value(_beside(slot.path, path)))
        made.required = False
        if slot.swaps:
            made.widget.attrs["data-swap"] = "1"
        self.fields[slot.path] = made
        if not self.is_bound:
            self.initial[slot.path] = _as_typed(made, self.initial_of(slot.path))

    def says(self, slot: Slot) -> bool:
        """Whether a form made from content has something worth reading there: shown, filled, and not the usual."""
        value = self.initial_of(slot.path)
        if value in NOTHING or value is False or self.USUAL.get(pattern(slot.path), NOTHING) == value:
            return False
        return self.is_asked(slot)

    def is_asked(self, entry: Slot | Rows) -> bool:
        """Whether the page shows it, as things stand; what it hides is not meant."""
        place, _sign, values = entry.when.partition("=")
        return not place or str(self.value(place)) in values.split(",")

    # What was typed, as a document

    def raw(self) -> dict[str, Any]:
        """The document as typed; what cannot be read is left out and is an error of the form."""
        if self.said is None:
            self.said = self._read()
        return self.said

    def _read(self) -> dict[str, Any]:
        self.full_clean()
        said: dict[str, Any] = {}
        for entry in filter(self.is_asked, self.all_entries()):
            if isinstance(entry, Slot):
                self._take(said, entry.path, entry.path)
                continue
            for position, number in enumerate(self._filled(entry)):
                for slot in entry.slots:
                    self._take(
                        said, f"{entry.path}[{number}].{slot.path}", f"{entry.path}[{position}].{slot.path}"
                    )
        return self.assemble(said)

    def _take(self, said: dict[str, Any], name: str, place: str) -> None:
        value = self.cleaned_data.get(name)
        if value not in NOTHING:
            put(said, place, value)

    def _filled(self, rows: Rows) -> list[int]:
        """The rows that say anything; a row left empty is not there."""
        return [
            number
            for number in self.row_numbers[rows.path]
            if any(self.data.get(slot.path) for slot in rows.row(number))
        ]

    @classmethod
    def proposing(cls, data: QueryDict) -> QueryDict:
        """What was typed, with what the kind just chosen proposes where nothing was said."""
        return data

    def place_unchosen(self) -> None:
        """A fault beside each choice that nobody has made yet."""
        for name in self.MUST_CHOOSE:
            if name in self.fields and name not in self.errors and not self.value(name):
                self.add_error(name, _("Choose one."))

    def place_faults(self, faults: Iterable[Fault]) -> None:
        """Put each fault beside its field; what has no field goes on top. Unreadable fields keep their own error."""
        unreadable = set(self.errors)
        for fault in faults:
            name = nearest(self._name_on_page(fault.path), self.fields)
            if name in unreadable:
                continue
            text = text_of_fault(fault, self.fields[name] if name else None)
            if name is None and (rows := self.rows_at(fault.path)):
                self.wrong_rows[text] = rows
            self.add_error(name, text)

    def rows_at(self, path: str) -> Rows | None:
        """The list that a fault is about as a whole: what is missing in it has no field yet."""
        return next((rows for rows in self.all_rows() if rows.path == path), None)

    def _name_on_page(self, path: str) -> str:
        """Positions count filled rows; the page counts all of them."""
        for rows in self.all_rows():
            match = re.match(re.escape(rows.path) + r"\[(\d+)\](.*)", path)
            if match:
                filled = self._filled(rows)
                position = int(match[1])
                number = filled[position] if position < len(filled) else 0
                return f"{rows.path}[{number}]{match[2]}"
        return path

    # For the templates

    def shown_blocks(self) -> list[ShownBlock]:
        return [
            ShownBlock(block, [ShownGroup(self, group) for group in block.groups]) for block in self.blocks
        ]


def _as_typed(field: forms.Field, value: Any) -> Any:
    """Documents write instants as text."""
    return datetime.fromisoformat(value) if isinstance(field, LocalDateTimeField) and value else value


def _beside(place: str, path: str) -> str:
    """A bare name is looked up in the same row, a path from the root."""
    if "." in path or "[" not in place:
        return path
    return f"{place[: place.index(']') + 1]}.{path}"
