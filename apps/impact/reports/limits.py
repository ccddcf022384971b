"""From which depth and cost on two approvers are asked for: read by reports, set by administrators."""

from __future__ import annotations

from django.db import transaction

from apps.accounts.models import User
from apps.core.audit import record
from apps.core.permissions import require_permission
from apps.impact.models.reports import ImpactLimits

CHANGE = "impact.change_impactlimits"
#: below 2折, until an administrator says otherwise
DEPTH_BPS = 8_000


def limits() -> ImpactLimits:
    return ImpactLimits.objects.first() or ImpactLimits(depth_bps=DEPTH_BPS)


@transaction.atomic
def set_limits(*, depth_bps: int | None, cost_amount: int | None, actor: User) -> ImpactLimits:
    """None: nothing is too deep, or too dear."""
    require_permission(actor, CHANGE)
    before = limits()
    after, _new = ImpactLimits.objects.update_or_create(
        pk=1, defaults={"depth_bps": depth_bps, "cost_amount": cost_amount}
    )
    record(
        action="impact.set_limits",
        subject=after,
        actor=actor,
        before={"depth_bps": before.depth_bps, "cost_amount": before.cost_amount},
        after={"depth_bps": depth_bps, "cost_amount": cost_amount},
    )
    return after
