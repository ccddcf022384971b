"""Brings a pack in: checked as a whole, then written as a whole or not at all."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.activities.services import publish_without_approval
from apps.approvals.lifecycle import Verdict
from apps.approvals.models import ApprovalDecision
from apps.catalog.models import Portal
from apps.core.audit import Subject, record
from apps.core.errors import DomainError
from apps.core.locks import AdvisoryLock, hold
from apps.packs.document import PackDocument, read_pack
from apps.packs.people_section import MembersFile, no_members_file
from apps.packs.services.portal_codes import PortalCodes
from apps.packs.services.writing import VERSIONED, ImportReport, PackRefused, write_pack
from apps.pricing.faults import Findings


def import_pack(
    *,
    raw: Any,
    findings: Findings,
    actor: User | None,
    members_file: MembersFile = no_members_file,
    publish: bool = False,
    dry_run: bool = False,
) -> ImportReport:
    """Write a pack in one transaction; raises PackRefused with every fault, `findings` from loading it included.

    `actor` None is the portal itself. `publish` makes everything run at once, in a portal that never approved.
    """
    if findings.faults:
        raise PackRefused(findings.faults)
    if publish:
        _check_publishable()
    with transaction.atomic():
        hold(AdvisoryLock.PACK_IMPORT)
        document = read_pack(raw, findings, known=PortalCodes(), members_file=members_file)
        portal = Portal.objects.first()
        _check_currency(document, portal, findings)
        if findings.faults:
            raise PackRefused(findings.faults)
        report = write_pack(document, portal, actor)
        if publish:
            report.published = _publish(document, actor)
        if report.changed:
            _note(report, actor)
        if dry_run:
            transaction.set_rollback(True)
    return report


def _check_publishable() -> None:
    """The same rule as for each single thing, before anything is read or written."""
    if not settings.ALLOW_PUBLISH:
        raise DomainError("publish_forbidden", _("Publishing without approval is switched off here."))
    if ApprovalDecision.objects.filter(verdict=Verdict.APPROVE).exists():
        raise DomainError("publish_forbidden", _("This portal approves: nothing is published without it."))


def _check_currency(document: PackDocument, portal: Portal | None, findings: Findings) -> None:
    if portal is not None and document.currency not in (None, portal.currency):
        findings.fault(
            "currency",
            "currency_mismatch",
            "must be %(currency)s, as in this portal",
            currency=portal.currency,
        )


def _publish(document: PackDocument, actor: User | None) -> int:
    """Make every open draft that the pack names run; templates first, for the others name them."""
    published = 0
    for _section, attribute, model in VERSIONED:
        codes = [row["code"] for row in getattr(document, attribute)]
        for thing in model._default_manager.filter(code__in=codes).order_by("code"):
            if thing.open_version() is not None:
                publish_without_approval(thing=thing, actor=actor)
                published += 1
    return published


def _note(report: ImportReport, actor: User | None) -> None:
    """One entry for the whole, beside those of what was written."""
    counts = {name: outcome.as_json() for name, outcome in report.sections.items() if outcome.written}
    after = {"batch": report.batch, "published": report.published, **counts}
    record(action="packs.import", subject=Subject("packs.pack", report.batch), actor=actor, after=after)
