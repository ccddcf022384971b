"""What the templates walk through: blocks, groups and rows with their bound fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _

from apps.offers.forms.slots import Block, Group, Rows, Slot

if TYPE_CHECKING:
    from apps.offers.forms.document_form import DocumentForm

#: values that say nothing
NOTHING: tuple[Any, ...] = (None, "", [], {})


class BlankRow(forms.Form):
    """The row that the page copies when one is added."""

    use_required_attribute = False

    def __init__(self, owner: DocumentForm, rows: Rows) -> None:
        super().__init__(label_suffix="")
        for slot in rows.row("__i__"):
            made = slot.make(lambda path: owner.value(path) if "." in path else None)
            made.required = False
            if slot.swaps:
                made.widget.attrs["data-swap"] = "1"
            self.fields[slot.path] = made


class ShownBlock:
    def __init__(self, block: Block, groups: list[ShownGroup]) -> None:
        self.key, self.title, self.icon, self.groups = block.key, block.title, block.icon, groups


class ShownGroup:
    """A group with its bound fields."""

    def __init__(self, form: DocumentForm, group: Group) -> None:
        self.title, self.help, self.folded, self.when = group.title, group.help, group.folded, group.when
        self.entries = [shown_entry(form, entry) for entry in group.entries]

    @property
    def has_errors(self) -> bool:
        return any(entry["errors"] for entry in self.entries)

    @property
    def says_something(self) -> bool:
        return any(entry["says"] for entry in self.entries)

    @property
    def is_open(self) -> bool:
        return not self.folded or self.has_errors


def shown_entry(form: DocumentForm, entry: Slot | Rows) -> dict[str, Any]:
    if isinstance(entry, Slot):
        field = form[entry.path]
        return {"slot": entry, "field": field, "errors": field.errors, "says": field.value() not in NOTHING}
    rows = [shown_row(form, entry, number) for number in form.row_numbers[entry.path]]
    return {
        "rows": entry,
        "filled": rows,
        "blank": shown_row(BlankRow(form, entry), entry, "__i__"),
        "errors": any(row["errors"] for row in rows),
        "says": bool(rows),
        "remove": _("Remove this row"),
    }


def shown_row(form: forms.Form, rows: Rows, number: int | str) -> dict[str, Any]:
    """The fields of one row: those everybody needs, and the folded ones."""
    slots = rows.row(number)
    extra = [form[slot.path] for slot in slots if slot.extra]
    return {
        "fields": [form[slot.path] for slot in slots if not slot.extra],
        "extra": extra,
        "open": any(field.value() not in NOTHING or field.errors for field in extra),
        "errors": any(form[slot.path].errors for slot in slots),
    }
