"""A document in words: each place by its label in the editor, each value as people type it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.core.enumerating import listed
from apps.core.forms import LocalDateTimeField, MoneyField
from apps.core.forms.typed_text import TypedTextField
from apps.offers.admin.picking import names_of
from apps.offers.documents import Change
from apps.offers.forms.document_form import DocumentForm
from apps.offers.forms.fields import GiftsField, PriceTableField, TableField
from apps.offers.forms.paths import nearest, pattern
from apps.offers.forms.shown import NOTHING
from apps.offers.forms.slots import Rows
from apps.pricing.money import format_money

MANY = 12
#: instants that end something: midnight there is 24:00
ENDS = frozenset({"ends_at", "validity.until"})


@dataclass(frozen=True)
class Line:
    """One place with its value, in words."""

    label: str
    value: str


@dataclass(frozen=True)
class ChangeLine:
    """One difference in words; "" stands for nothing there."""

    label: str
    old: str
    new: str


def lines_of(form: DocumentForm, currency: str) -> Iterator[tuple[str, list[Line]]]:
    """The filled places of a form made from content, by block and group."""
    for block in form.blocks:
        entries = [entry for group in block.groups for entry in group.entries]
        slots = [
            s for entry in entries for s in (_row_slots(form, entry) if isinstance(entry, Rows) else [entry])
        ]
        lines = [
            Line(label_of(form, slot.path), _value_of(form, slot.path, currency))
            for slot in slots
            if form.says(slot)
        ]
        if lines:
            yield str(block.title), lines


def _value_of(form: DocumentForm, path: str, currency: str) -> str:
    return value_in_words(form.fields[path], form.initial_of(path), currency, ends=path in ENDS)


def _row_slots(form: DocumentForm, rows: Rows) -> list[Any]:
    return [slot for number in form.row_numbers[rows.path] for slot in rows.row(number)]


def changes_in_words(
    changes: Iterable[Change], before: DocumentForm | None, after: DocumentForm, currency: str
) -> list[ChangeLine]:
    """Each change once, by the label of its place, in the order of the editor."""
    lines: dict[tuple[str, str, str], None] = {}
    places = {name: position for position, name in enumerate(after.fields)}
    for change in sorted(changes, key=lambda one: places.get(nearest(one.path, places) or "", len(places))):
        form = after if _has(after, change.path) or before is None else before
        label = label_of(form, change.path)
        old = _value_at(before, change.path, change.old, currency) if before else ""
        lines[(label, old, _value_at(after, change.path, change.new, currency))] = None
    return [ChangeLine(*line) for line in lines if line[1] != line[2]]


def _has(form: DocumentForm, path: str) -> bool:
    return path in form.fields


def _value_at(form: DocumentForm, path: str, value: Any, currency: str) -> str:
    name = nearest(path, form.fields)
    if value in NOTHING:
        return ""
    if name is None:
        return plain_value(value)
    field = form.fields[name]
    if isinstance(field, PriceTableField) and isinstance(value, int):
        return format_money(value, currency)
    return value_in_words(field, value, currency, ends=path in ENDS)


def label_of(form: DocumentForm, path: str) -> str:
    """`Tiers 1: Money off`, or the SKU of a table's line."""
    name = nearest(path, form.fields)
    if name is None:
        return path
    label = str(form.fields[name].label or name)
    for rows in form.all_rows():
        if name.startswith(f"{rows.path}["):
            number = int(name[len(rows.path) + 1 :].split("]")[0]) + 1
            return _("%(rows)s %(number)s: %(label)s") % {
                "rows": rows.label,
                "number": number,
                "label": label,
            }
    if isinstance(form.fields[name], TableField) and pattern(path) != pattern(name):
        return f"{label}: {path.removeprefix(f'{name}.')}"
    return label


def value_in_words(field: forms.Field, value: Any, currency: str, *, ends: bool = False) -> str:
    """As people read it: ¥, 折, local times, the words of choices."""
    if isinstance(field, MoneyField) and isinstance(value, int):
        return format_money(value, currency)
    if isinstance(field, LocalDateTimeField):
        return local_time(value, ends=ends)
    if isinstance(field, PriceTableField) and isinstance(value, dict):
        return _shorten([f"{code} {format_money(price, currency)}" for code, price in value.items()])
    if isinstance(field, GiftsField) and isinstance(value, list):
        return _shorten([f"{one[field.key]} × {one['quantity']}" for one in value])
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        words = {str(code): str(label) for code, label in choices}
        values = value if isinstance(value, list) else [value]
        return listed(words.get(str(one), str(one)) for one in values)
    if isinstance(field, TypedTextField):
        return field.write(value)
    if getattr(field, "source", ""):
        return _named(field.source, value)  # type: ignore[attr-defined]
    return plain_value(value)


def _named(source: str, value: Any) -> str:
    """Codes with the names of what they stand for."""
    codes = value if isinstance(value, list) else [value]
    names = names_of(source, codes[:MANY])
    return _shorten([f"{names[code]} ({code})" if names.get(code) else str(code) for code in codes])


def local_time(value: Any, *, ends: bool = False) -> str:
    """The portal's own time; an end at midnight is 24:00 of the day before."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    local = moment.astimezone(ZoneInfo(settings.TIME_ZONE))
    if ends and local.time() == time():
        return f"{local - timedelta(days=1):%Y-%m-%d} 24:00"
    return local.strftime("%Y-%m-%d %H:%M:%S" if local.second else "%Y-%m-%d %H:%M")


def time_span(starts: datetime | None, ends: datetime | None) -> SafeString:
    """From when until when; a line that is too short breaks between the two, never within one."""
    if starts is None and ends is None:
        return SafeString("-")
    said = [local_time(starts) if starts else "…", local_time(ends, ends=True) if ends else "…"]
    return format_html('<span class="pp-whole">{} –</span> <span class="pp-whole">{}</span>', *said)


def plain_value(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return _shorten([plain_value(one) for one in value])
    if isinstance(value, Mapping):
        return _shorten([f"{key} {plain_value(one)}" for key, one in value.items()])
    return str(value)


def _shorten(parts: list[str]) -> str:
    if len(parts) <= MANY:
        return listed(parts)
    rest = _("and %(count)s more") % {"count": len(parts) - MANY}
    return f"{listed(parts[:MANY])} … {rest}"
