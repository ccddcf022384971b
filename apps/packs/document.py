"""A whole pack, read into canonical documents; every fault of it noted with its path."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.offers.documents import read_activity, read_campaign, read_event, read_template
from apps.packs.catalog_section import check_tree, read_category, read_shop, read_sku
from apps.packs.loading import without_collection
from apps.packs.people_section import MembersFile, no_members_file, read_audience, read_customer
from apps.packs.references import Known, Nothing, resolve
from apps.pricing.faults import Findings, Reader

Json = dict[str, Any]

VERSION = 1
CURRENCY = re.compile(r"[A-Z]{3}\Z")
SELECTIONS = ("best", "priority")
MAX_SECTION = 5_000_000


@dataclass(slots=True)
class PackDocument:
    """Canonical documents by section; `currency` and `selection` None where the pack is silent."""

    currency: str | None = None
    selection: str | None = None
    shops: list[Json] = field(default_factory=list)
    categories: list[Json] = field(default_factory=list)
    brands: list[Json] = field(default_factory=list)
    skus: list[Json] = field(default_factory=list)
    audiences: list[Json] = field(default_factory=list)
    customers: list[Json] = field(default_factory=list)
    events: list[Json] = field(default_factory=list)
    activities: list[Json] = field(default_factory=list)
    templates: list[Json] = field(default_factory=list)
    campaigns: list[Json] = field(default_factory=list)

    def codes(self) -> Mapping[str, Collection[str]]:
        """What the pack itself defines, by type of reference."""
        return {
            "shop": _codes(self.shops),
            "category": _codes(self.categories),
            "brand": _codes(self.brands),
            "sku": {sku["sku"] for sku in self.skus},
            "audience": _codes(self.audiences),
            "template": _codes(self.templates),
            "event": _codes(self.events),
        }


def read_pack(
    raw: object,
    findings: Findings,
    *,
    known: Known | None = None,
    members_file: MembersFile = no_members_file,
) -> PackDocument:
    """The pack with all its faults in `findings`; with any, the document is for no further use."""
    known = known or Nothing()
    reader = Reader(raw, "", findings)
    document = PackDocument()
    if not reader.ok:
        return document
    with without_collection():
        _read_sections(reader, document, members_file)
    resolve(findings, document.codes(), known)
    check_tree(document.categories, known.category_parents() if document.categories else {}, findings)
    _check_offer_codes(document, known, findings)
    return document


def _read_sections(reader: Reader, document: PackDocument, members_file: MembersFile) -> None:
    _read_head(reader, document)
    _read_catalog(reader.child("catalog"), document)
    document.audiences = _section(reader, "audiences", lambda child: read_audience(child, members_file))
    document.customers = _section(reader, "customers", read_customer, key="id")
    document.events = _section(reader, "events", read_event)
    document.activities = _section(reader, "activities", read_activity)
    document.templates = _section(reader, "coupon_templates", read_template)
    document.campaigns = _section(reader, "claim_campaigns", read_campaign)
    reader.close()


def _read_head(reader: Reader, document: PackDocument) -> None:
    version = reader.take("pack")
    if version is not None and (type(version) is not int or version != VERSION):
        reader.fault("pack", "version", "must be %(version)s", version=VERSION)
    document.currency = reader.text("currency")
    if document.currency is not None and not CURRENCY.match(document.currency):
        reader.fault("currency", "currency", "must be three letters of ISO 4217, like CNY")
    document.selection = reader.text("selection", choices=SELECTIONS)


def _read_catalog(reader: Reader, document: PackDocument) -> None:
    document.shops = _section(reader, "shops", read_shop)
    document.categories = _section(reader, "categories", read_category)
    document.brands = _section(reader, "brands", read_shop)
    document.skus = _section(reader, "skus", read_sku, key="sku")
    reader.close()


def _section(reader: Reader, name: str, read: Callable[[Reader], Json], key: str = "code") -> list[Json]:
    """The documents of one list; a code that comes twice is a fault."""
    documents, seen = [], set()
    for child in reader.children(name, longest=MAX_SECTION):
        document = read(child)
        code = document[key]
        if code and code in seen:
            child.fault(key, "duplicate", "%(name)s is there twice", name=code)
        seen.add(code)
        documents.append(document)
    return documents


def _check_offer_codes(document: PackDocument, known: Known, findings: Findings) -> None:
    """Codes are unique over activities and templates together, in the pack and with the portal."""
    activities, templates = _codes(document.activities), _codes(document.templates)
    taken = known.offer_owners(activities | templates) if activities or templates else {}
    for section, documents, other in (
        ("activities", document.activities, "template"),
        ("coupon_templates", document.templates, "activity"),
    ):
        for position, content in enumerate(documents):
            clash = section == "coupon_templates" and content["code"] in activities
            if content["code"] and (clash or taken.get(content["code"]) == other):
                path = f"{section}[{position}].code"
                findings.fault(path, "code_taken", TAKEN[other], name=content["code"])


TAKEN = {
    "activity": "%(name)s is the code of an activity",
    "template": "%(name)s is the code of a coupon template",
}


def _codes(documents: list[Json]) -> set[str]:
    return {document["code"] for document in documents}
