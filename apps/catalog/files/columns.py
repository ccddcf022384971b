"""The columns of a file of SKUs: what they are called in both languages, how a cell is read and written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import ExcludedFrom
from apps.core.enumerating import listed
from apps.core.errors import DomainError
from apps.core.forms.money import parse_money
from apps.core.forms.typed_text import plain
from apps.core.spreadsheets import Cell
from apps.pricing.faults import CODE, UNSTORABLE
from apps.pricing.money import exponent_of

#: by the field of a SKU, in the order of the file
LABELS: Mapping[str, Promise | str] = {
    "code": "SKU",
    "name": _("Name"),
    "shop_id": _("Shop"),
    "category_id": _("Category"),
    "brand_id": _("Brand"),
    "tags": _("Tags"),
    "price_amount": _("Price"),
    "cost_amount": _("Cost"),
    "floor_price_amount": _("Floor price"),
    "min_price_amount": _("Minimum price"),
    "excluded_from": _("Excluded from"),
}
AMOUNTS = ("price_amount", "cost_amount", "floor_price_amount", "min_price_amount")
NAMED = ("shop_id", "category_id", "brand_id")
WIDTHS = (18, 36, 14, 14, 14, 24, 11, 11, 11, 11, 18)
LONGEST_NAME = 500
LONGEST_TAG = 200
BETWEEN = re.compile(r"[;；\n]")
LANGUAGES = ("zh-hans", "en")


@dataclass(frozen=True)
class Known:
    """What a cell may name, and how money is counted; `shops` are those of the person (None: all)."""

    named: Mapping[str, frozenset[str]]
    shops: frozenset[str] | None
    currency: str


class CellError(Exception):
    """What is wrong with a cell, in the reader's language."""


def columns_of(header: Sequence[str]) -> list[str]:
    """The fields that a header line names; raises DomainError where it has no SKU, one twice or one nobody knows."""
    fields, unknown = _fields(), []
    found: list[str] = []
    for cell in header:
        field = fields.get(cell.strip().lower())
        if field is None:
            unknown.append(cell.strip())
        else:
            found.append(field)
    if unknown:
        message = _("Nobody knows these columns: %(names)s. Known: %(known)s.")
        known = listed(LABELS.values())
        raise DomainError("unknown_columns", message, "file", names=listed(unknown)[:200], known=known)
    if "code" not in found or len(set(found)) < len(found):
        raise DomainError(
            "no_columns", _("The first line names the columns, SKU among them, each once."), "file"
        )
    return found


def _fields() -> dict[str, str]:
    """Fields by what people call them: their own names, and those of packs, too."""
    names: dict[str, str] = {}
    for field, label in LABELS.items():
        names[field] = names[field.removesuffix("_id").removesuffix("_amount")] = field
        for language in LANGUAGES:
            with override(language):
                names[str(label).lower()] = field
    return names | {"sku": "code"}


def read_cell(field: str, text: str, known: Known) -> Any:
    """The value of a cell; raises CellError with what is wrong."""
    if UNSTORABLE.search(text):
        raise CellError(gettext("Holds a character that cannot be stored."))
    return _READERS[field](field, text.strip(), known)


def _code(_field: str, text: str, _known: Known) -> str:
    if not CODE.match(text):
        raise CellError(gettext("This is no code: 1 to 64 visible characters without spaces and /."))
    return text


def _name(_field: str, text: str, _known: Known) -> str:
    if len(text) > LONGEST_NAME:
        raise CellError(gettext("Longer than %(most)s characters.") % {"most": LONGEST_NAME})
    return text


def _one_of(field: str, text: str, known: Known) -> str | None:
    if field == "shop_id" and known.shops is not None and text not in known.shops:
        raise CellError(
            gettext("You work for other shops: %(shops)s.") % {"shops": ", ".join(sorted(known.shops))}
        )
    if text and text not in known.named[field]:
        raise CellError(gettext("Nothing has this code."))
    return text or None


def _tags(_field: str, text: str, _known: Known) -> list[str]:
    tags = list(dict.fromkeys(tag.strip() for tag in BETWEEN.split(text) if tag.strip()))
    if any(len(tag) > LONGEST_TAG for tag in tags):
        raise CellError(gettext("Longer than %(most)s characters.") % {"most": LONGEST_TAG})
    return tags


def _amount(field: str, text: str, known: Known) -> int | None:
    if not text:
        if field == "price_amount":
            raise CellError(gettext("Every SKU has a price."))
        return None
    try:
        return parse_money(plain(text), exponent_of(known.currency))
    except ValidationError as wrong:
        raise CellError(" ".join(wrong.messages)) from wrong


def _exclusions(_field: str, text: str, _known: Known) -> list[str]:
    words = {str(choice.value): choice.value for choice in ExcludedFrom}
    for language in LANGUAGES:
        with override(language):
            words |= {str(choice.label).lower(): choice.value for choice in ExcludedFrom}
    found = [word.strip().lower() for word in BETWEEN.split(text) if word.strip()]
    if any(word not in words for word in found):
        raise CellError(gettext("Only these words: %(words)s.") % {"words": "; ".join(ExcludedFrom.values)})
    return sorted({words[word] for word in found})


_READERS: Mapping[str, Callable[[str, str, Known], Any]] = {
    "code": _code,
    "name": _name,
    "tags": _tags,
    "excluded_from": _exclusions,
    **dict.fromkeys(NAMED, _one_of),
    **dict.fromkeys(AMOUNTS, _amount),
}


def write_cell(field: str, value: Any, exponent: int) -> Cell:
    """A stored value as the file shows it, so that the same file may come back."""
    if value is None:
        return ""
    if field in AMOUNTS:
        return Decimal(value).scaleb(-exponent)
    if field in ("tags", "excluded_from"):
        return "; ".join(value)
    return str(value)
