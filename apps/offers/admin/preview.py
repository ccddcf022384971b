"""What the editor shows while one types: the sentence, the faults, the goods hit, the price of a sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import get_language

from apps.catalog.models import Sku
from apps.catalog.selectors import portal
from apps.core.clock import database_now
from apps.offers.admin.phone import JOINED, Phone, phone_of
from apps.offers.admin.sample_price import SamplePrice, Sampler, sampler
from apps.offers.selectors import skus_in_scope
from apps.offers.sentence import sentence
from apps.pricing.kinds import Wording, kind_from_json

SAMPLE = 10
#: customers see activities; a coupon's own pages are the claim centre and the wallet
ACTIVITY = "activity"


@dataclass(frozen=True)
class SampleRow:
    sku: Sku
    price: SamplePrice | None


@dataclass(frozen=True)
class Preview:
    """`count` None: the document has no scope. `card` is the first sample that shows what the draft does."""

    sentence: str
    currency: str
    count: int | None = None
    rows: Sequence[SampleRow] = field(default_factory=tuple)
    card: SamplePrice | None = None
    card_name: str = ""
    phone: Phone | None = None


def wording() -> Wording:
    """How amounts are written for who reads now."""
    return Wording(get_language() or "zh", portal().currency)


def say(content: Mapping[str, Any]) -> str:
    """The document in one plain sentence."""
    return sentence(content, wording(), ZoneInfo(settings.TIME_ZONE), database_now())


def preview(document: str, content: Mapping[str, Any], *, faultless: bool) -> Preview:
    """`content` is canonical; only a faultless one can be priced."""
    words = wording()
    said = say(content)
    if "scope" not in content:
        return Preview(said, words.currency)
    reached = skus_reached(content, faultless=faultless)
    skus = list(reached.order_by("code")[:SAMPLE])
    prices = sampler(document, content, [sku.code for sku in skus]) if faultless else None
    rows = [SampleRow(sku, prices.of(sku.code) if prices else None) for sku in skus]
    card, name = _card(rows, prices)
    phone = phone_of(content, card, name, words.currency) if card and document == ACTIVITY else None
    return Preview(said, words.currency, reached.count(), rows, card, name, phone)


def skus_reached(content: Mapping[str, Any], *, faultless: bool) -> QuerySet[Sku]:
    """The SKUs in scope, of a kind that names its own only those."""
    skus = skus_in_scope(content["scope"], _shop(content))
    only = kind_from_json(content["kind"], content["params"]).only_skus() if faultless else None
    return skus if only is None else skus.filter(pk__in=only)


def _shop(content: Mapping[str, Any]) -> str | None:
    shop = content.get("shop") or content.get("issuer")
    return None if shop == "platform" else shop


def _card(rows: Sequence[SampleRow], prices: Sampler | None) -> tuple[SamplePrice | None, str]:
    for row in rows:
        if row.price is not None:
            return row.price, row.sku.name or row.sku.code
    together = prices.together() if prices else None
    if together is None:
        return None, ""
    names = dict(Sku.objects.filter(pk__in=together.skus).values_list("pk", "name"))
    return together, JOINED.join(names.get(code) or code for code in together.skus)
