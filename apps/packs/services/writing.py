"""Writes what a checked pack says, in one transaction that somebody else holds: settings, catalogue, people, drafts."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.activities.models import Activity, Event
from apps.activities.services import save_document, save_event
from apps.audiences.models import Customer
from apps.audiences.services import upsert_audiences, upsert_customers
from apps.catalog.models import Portal
from apps.catalog.services.imports import upsert_catalog
from apps.catalog.services.portal import set_portal
from apps.core.bulk_upsert import Outcome
from apps.core.clock import database_now
from apps.core.errors import DomainError
from apps.core.permissions import require_permission
from apps.coupons.models import ClaimCampaign, CouponTemplate
from apps.offers.services.placements import know_placements
from apps.offers.versions.models import Versioned
from apps.packs.document import PackDocument
from apps.pricing.faults import Fault

Json = Mapping[str, Any]

#: what has versions, in the order in which one names the other: section, attribute of the document, model
VERSIONED: Sequence[tuple[str, str, type[Versioned]]] = (
    ("coupon_templates", "templates", CouponTemplate),
    ("activities", "activities", Activity),
    ("claim_campaigns", "campaigns", ClaimCampaign),
)


#: what a person must be allowed to do before a section may be written; offers ask for themselves
RIGHTS: Mapping[str, str] = {
    "shops": "catalog.change_shop",
    "categories": "catalog.change_category",
    "brands": "catalog.change_brand",
    "skus": "catalog.change_sku",
    "customers": "audiences.change_audience",
    "audiences": "audiences.change_audience",
}
SETTINGS_RIGHT, PROTECTED_RIGHT = "catalog.change_portal", "catalog.change_min_price"


class PackRefused(DomainError):
    """A pack that cannot be brought in: `faults` has everything that is wrong with it. Nothing was written."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("faults", _("%(count)s things are wrong with this pack."), count=len(faults))
        self.faults = list(faults)


@dataclass
class ImportReport:
    """How many entries of each section were new, changed and the same already; the batch names all new drafts."""

    batch: str
    sections: dict[str, Outcome] = field(default_factory=dict)
    settings_changed: bool = False
    published: int = 0

    @property
    def changed(self) -> bool:
        written = any(outcome.written for outcome in self.sections.values())
        return bool(written or self.settings_changed or self.published)


def write_pack(document: PackDocument, portal: Portal | None, actor: User | None) -> ImportReport:
    report = ImportReport(batch=_new_batch())
    report.settings_changed = _write_settings(document, portal, actor)
    catalog = upsert_catalog(
        rows={
            "shops": document.shops,
            "categories": document.categories,
            "brands": document.brands,
            "skus": document.skus,
        },
        actor=actor,
    )
    report.sections |= {
        "shops": catalog.shops,
        "categories": catalog.categories,
        "brands": catalog.brands,
        "skus": catalog.skus,
        "customers": _write_customers(document.customers, actor),
        "audiences": upsert_audiences(rows=document.audiences, actor=actor)
        if document.audiences
        else Outcome(),
    }
    if actor is not None:
        _check_rights(report, bool(catalog.protected), actor)
    faults: list[Fault] = []
    save_one = partial(save_event, actor=actor)
    report.sections["events"] = _each("events", document.events, Event, save_one, faults)
    for section, attribute, model in VERSIONED:
        save = partial(save_document, model=model, actor=actor, batch=report.batch)
        rows = getattr(document, attribute)
        report.sections[section] = _each(section, rows, model, save, faults)
    if faults:
        raise PackRefused(faults)
    named = [row["placements"] for row in (*document.activities, *document.campaigns)]
    know_placements(codes={code for codes in named for code in codes}, actor=actor)
    return report


def _check_rights(report: ImportReport, protected: bool, actor: User) -> None:
    """Raise Forbidden, and with it take back what was written, where this person may not change it."""
    wanted = [RIGHTS[name] for name, outcome in report.sections.items() if outcome.written]
    wanted += [SETTINGS_RIGHT] if report.settings_changed else []
    wanted += [PROTECTED_RIGHT] if protected else []
    for permission in wanted:
        require_permission(actor, permission)


def _write_customers(rows: Sequence[Json], actor: User | None) -> Outcome:
    """Without a number of orders a customer that is known keeps theirs, and a new one has none: 0, not unknown."""
    silent = [row["id"] for row in rows if row["orders"] is None]
    known = set(Customer.objects.filter(code__in=silent).values_list("code", flat=True))
    told = ({**row, "orders": 0} if row["orders"] is None and row["id"] not in known else row for row in rows)
    return upsert_customers(rows=told, actor=actor) if rows else Outcome()


def _write_settings(document: PackDocument, portal: Portal | None, actor: User | None) -> bool:
    """The first pack sets the currency; a later one may change how the portal chooses."""
    if portal is None:
        currency = document.currency or settings.CURRENCY
        set_portal(currency=currency, selection=document.selection or "best", actor=actor)
        return True
    if document.selection in (None, portal.selection):
        return False
    set_portal(currency=portal.currency, selection=document.selection, actor=actor)
    return True


def _each(
    section: str,
    rows: Sequence[Json],
    model: Any,
    save: Callable[..., bool],
    faults: list[Fault],
) -> Outcome:
    """Save each document; a refusal by the portal as it stands becomes a fault of its entry."""
    codes = [row["code"] for row in rows]
    known = set(model._default_manager.filter(code__in=codes).values_list("code", flat=True))
    created: list[str] = []
    changed: list[str] = []
    for position, row in enumerate(rows):
        try:
            if save(content=row):
                (changed if row["code"] in known else created).append(row["code"])
        except DomainError as refused:
            faults += _faults_of(refused, f"{section}[{position}]")
    unchanged = len(rows) - len(created) - len(changed)
    return Outcome(len(created), len(changed), unchanged, tuple(created), tuple(changed))


def _faults_of(refused: DomainError, path: str) -> list[Fault]:
    inner: Sequence[Fault] = getattr(refused, "faults", ())
    if inner:
        return [Fault(f"{path}.{one.path}", one.code, one.template, one.numbers) for one in inner]
    at = f"{path}.{refused.field}" if refused.field else path
    return [Fault(at, refused.code, "%(what)s", {"what": refused.message})]


def _new_batch() -> str:
    """A name for one import: when it was, and a few letters against two in one second."""
    return f"pack-{database_now():%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
