"""A packet on one page: what all of it asks, item by item, decided as one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.scope import may_read
from apps.approvals.admin.page import REASONS
from apps.approvals.admin.presenters import Costing, presenter_for, verdicts
from apps.approvals.models import ApprovalRequest
from apps.approvals.registry import Risk, handler_for
from apps.approvals.selectors import decidable_by
from apps.approvals.services import packet_hash, waiting_in
from apps.core.clock import database_now


@dataclass(frozen=True)
class Item:
    """One request of a packet as its line shows it."""

    asked: ApprovalRequest
    label: str | Promise
    sentence: str
    cost: str | Promise
    starts_at: datetime | None
    faults: list[str]
    risks: list[Risk]
    may_decide: bool


def packet_context(user: User, batch: str) -> dict[str, Any] | None:
    """None when nothing of it waits any more."""
    waiting = waiting_in(batch) if batch else []
    if not waiting or not all(may_read(user, one) for one in waiting):
        return None
    decidable = set(
        decidable_by(user).filter(pk__in=[one.pk for one in waiting]).values_list("pk", flat=True)
    )
    items = [_item(asked, asked.pk in decidable) for asked in waiting]
    items.sort(key=lambda item: (not item.faults, not item.risks))
    return {
        "title": _("Packet of %(count)s requests") % {"count": len(items)},
        "batch": batch,
        "items": items,
        "seen_hash": packet_hash(waiting),
        "risks": list({risk.code: risk for item in items for risk in item.risks}.values()),
        "risky": sum(1 for item in items if item.risks),
        "faulty": sum(1 for item in items if item.faults),
        "may_decide": len(decidable) == len(items),
        "some": 0 < len(decidable) < len(items),
        "reasons": REASONS,
        "now": database_now(),
    }


def _item(asked: ApprovalRequest, may_decide: bool) -> Item:
    presenter = presenter_for(asked)
    return Item(
        asked=asked,
        label=handler_for(asked).label,
        sentence=presenter.sentence(asked) if presenter else "",
        cost=presenter.cost(asked) if isinstance(presenter, Costing) else "",
        starts_at=presenter.starts_at(asked) if presenter else None,
        faults=list(presenter.faults(asked)) if presenter else [],
        risks=verdicts(asked),
        may_decide=may_decide,
    )
