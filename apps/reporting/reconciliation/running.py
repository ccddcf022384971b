"""One reconciliation: everything is brought up to date, compared, and the result is kept whatever it is."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db import transaction

from apps.accounts.models import User
from apps.core.audit import record
from apps.core.clock import database_now
from apps.core.errors import Forbidden
from apps.core.outbox import publish
from apps.orders.chain import LEDGER
from apps.reporting.models import Reconciliation
from apps.reporting.reconciliation.comparing import STATEMENTS, differences
from apps.reporting.rollups.rolling import roll_up
from apps.reporting.settlement import booking
from apps.reporting.settlement.proofs import faults

# In the portal's own time, when few buy.
HOUR = 3
log = structlog.get_logger(__name__)
RUN = "reporting.run_reconciliation"
TOPIC = "reconciliation.differs"


def reconcile(*, actor: User | None = None) -> Reconciliation:
    """Seal, sum, book and compare; `actor` is whoever asked for it, None at night. Raises Forbidden."""
    if actor is not None and not actor.has_perm(RUN):
        raise Forbidden()
    LEDGER.seal()
    roll_up()
    booking.book()
    with transaction.atomic():
        found = [difference.as_json() for difference in differences()]
        found += [{"table": "settlement", "sentence": sentence} for sentence in faults()]
        done = Reconciliation.objects.create(
            at=database_now(),
            seal=booking.reached(),
            checked={"tables": [*STATEMENTS, "settlement"]},
            differences=found,
        )
        if actor is not None:
            record(action="reconciliation.run", subject=done, actor=actor, after={"differences": len(found)})
        if found:
            publish(topic=TOPIC, subjects=["reconciliation"], payload={"differences": len(found)})
            log.error("reconciliation_differs", differences=len(found))
    return done


def reconcile_nightly() -> int | None:
    """Past three in the morning, where none has run since; the number of differences, None when there was no need."""
    now = database_now().astimezone(ZoneInfo(settings.TIME_ZONE))
    due = now.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    if now < due or Reconciliation.objects.filter(at__gte=due).exists():
        return None
    return len(reconcile().differences)
