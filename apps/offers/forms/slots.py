"""The layout of a document's form: slots (one value at one place), rows (a list of objects), blocks of both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.functional import Promise

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Text = str | _StrPromise
else:
    Text = str | Promise
#: gives the value that another place of the form has now
Lookup = Callable[[str], Any]
Make = Callable[[Lookup], forms.Field]


@dataclass(frozen=True)
class Slot:
    """One value. `make` builds its field, which may depend on what other places say.

    `when` (`place=value,value`) shows it only while another field has one of the values; `swaps`: a change of it
    changes what else is asked; `extra`: the part of a row that few need.
    """

    path: str
    make: Make
    wide: bool = False
    when: str = ""
    swaps: bool = False
    extra: bool = False

    def under(self, path: str) -> Slot:
        return replace(self, path=f"{path}.{self.path}")


@dataclass(frozen=True)
class Rows:
    """A list of objects, with rows to add and take away; `extra` is the heading of the folded part of a row.

    `quick`: rows that are often wanted, as (what their first choice says, label).
    """

    path: str
    label: Text
    slots: Sequence[Slot]
    add: Text
    when: str = ""
    at_least: int = 0
    extra: Text = ""
    quick: Sequence[tuple[str, Text]] = ()

    def row(self, position: int | str) -> list[Slot]:
        return [slot.under(f"{self.path}[{position}]") for slot in self.slots]


@dataclass(frozen=True)
class Group:
    """Entries under one heading. A folded one is opened by who needs it."""

    title: Text
    entries: Sequence[Slot | Rows]
    help: Text = ""
    folded: bool = False
    when: str = ""


@dataclass(frozen=True)
class Block:
    """One of the numbered parts of the page; `key` is its id there."""

    key: str
    title: Text
    groups: Sequence[Group] = field(default_factory=tuple)
    icon: str = ""
