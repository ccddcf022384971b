"""A phone in a frame: an activity as a shop may show it in lists, on its page, in a cart; before, during, sold out.

Shops draw their own pages; what they get for it is what stands here: badge, title, rules, prices and times of the API.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.offers.admin.sample_price import SamplePrice
from apps.offers.compile import instant
from apps.offers.documents.display import Teaser
from apps.offers.documents.texts import LANGUAGES, localised
from apps.offers.forms.slots import Text
from apps.offers.sentence import sentence
from apps.pricing.kinds import KINDS, Wording
from apps.pricing.layers import Layer
from apps.pricing.money import format_money

SURFACES: tuple[tuple[str, Text], ...] = (
    ("list", _("List")),
    ("product", _("Product page")),
    ("cart", _("Cart")),
)
STAGES: tuple[tuple[str, Text], ...] = (
    ("before", _("Before")),
    ("during", _("While it runs")),
    ("after", _("Sold out")),
)
LANGUAGE_NAMES = (("zh-hans", "中文"), ("en", "EN"))
#: between the names of goods that only do something together
JOINED = " + "
NO_BUDGET = {"amount": None, "stop_below": 0}


@dataclass(frozen=True)
class Screen:
    """One picture; texts are in `language`, amounts as text. `price` None: no price of its own is shown."""

    surface: str
    stage: str
    language: str
    goods: str
    units: int
    title: str
    badge: str
    rules: str
    sentence: str
    unit_price: str
    list_price: str
    fee: str
    price: str
    saved: str
    starts: str
    shown_before: bool
    secret: bool

    @property
    def key(self) -> str:
        return f"{self.surface} {self.stage} {self.language}"

    @property
    def runs(self) -> bool:
        return self.stage == "during"

    @property
    def coming(self) -> bool:
        return self.stage == "before" and self.shown_before


@dataclass(frozen=True)
class Phone:
    """`notes` say what a person who plans it should know, in their own language."""

    screens: tuple[Screen, ...]
    notes: tuple[Text, ...]
    surfaces: tuple[tuple[str, Text], ...] = SURFACES
    stages: tuple[tuple[str, Text], ...] = STAGES
    languages: tuple[tuple[str, str], ...] = LANGUAGE_NAMES


def phone_of(content: Mapping[str, Any], card: SamplePrice, name: str, currency: str) -> Phone:
    """Of a faultless activity and the sample that shows what it does, whose goods are called `name`."""
    return Phone(tuple(_screens(content, card, name, currency)), tuple(_notes(content)))


def _screens(content: Mapping[str, Any], card: SamplePrice, name: str, currency: str) -> Iterator[Screen]:
    display = content["display"]
    starts_at = instant(content["starts_at"])
    first = name.split(JOINED)[0]
    by_unit = content["layer"] == Layer.ITEM and card.units == 1 and len(card.skus) == 1
    for language in LANGUAGES:
        words = Wording("zh" if language.startswith("zh") else "en", currency)
        said = sentence({**content, "budget": NO_BUDGET}, words, ZoneInfo(settings.TIME_ZONE))
        for surface, _label in SURFACES:
            for stage, _word in STAGES:
                yield Screen(
                    surface=surface,
                    stage=stage,
                    language=language,
                    goods=name if surface == "cart" else first,
                    units=card.units,
                    title=localised(display["title"], language) or content["name"],
                    badge=localised(display["badge"], language) or content["name"],
                    rules=localised(display["rules"], language) or "",
                    sentence=said,
                    unit_price=format_money(card.unit_list, currency),
                    list_price=format_money(card.list_amount, currency),
                    fee=format_money(card.fee, currency) if card.fee else "",
                    price=format_money(card.net, currency) if by_unit or surface == "cart" else "",
                    saved=format_money(card.saved, currency) if card.saved else "",
                    starts=_moment(starts_at, words),
                    shown_before=content["visible_from"] is not None,
                    secret=display["teaser"] == Teaser.HIDDEN,
                )


def _moment(starts_at: datetime | None, words: Wording) -> str:
    if starts_at is None:
        return ""
    local = starts_at.astimezone(ZoneInfo(settings.TIME_ZONE))
    return words.pick(f"{local.month}月{local.day}日 {local:%H:%M}", f"{local.day} {local:%b %H:%M}")


def _notes(content: Mapping[str, Any]) -> Iterator[Text]:
    display, stock = content["display"], content["stock"]
    if content["visible_from"] is None:
        yield _("Customers see nothing of it before its start: set “Shown as coming from” to announce it.")
    if display["badge"] is None:
        yield _("No badge is written, so shops show the name colleagues use.")
    if stock["total"] is None and not stock["per_sku"] and content["budget"]["amount"] is None:
        yield _("Without stock or budget it never sells out.")
    if not content["placements"]:
        yield _("No placement is chosen: shops show it on its goods only.")
    if KINDS[content["kind"]].counts_units and stock["per_sku"] and stock["total"] is None:
        yield _("Each SKU sells out by itself; the others go on.")
