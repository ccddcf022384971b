"""Brings unused coupons whose validity is over into line: expired, their reserve free. The clock decided before."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection, transaction

from apps.core.clock import database_now, now_sql
from apps.coupons.models import ClaimAttempt
from apps.coupons.services.closing import expire_coupons

BATCH = 2_000
ATTEMPTS_KEPT = timedelta(days=90)
PURGE = 10_000
# What was voided is the voiding's, which gives its place back: its customer was told that it is void.
DUE = """
SELECT c.id FROM coupons_coupon c WHERE c.state = 'unused' AND c.valid_until <= {now}
    AND NOT EXISTS (SELECT FROM coupons_coupontemplate t WHERE t.code = c.template AND t.voided_at > c.issued_at)
ORDER BY c.valid_until LIMIT %s FOR UPDATE OF c SKIP LOCKED
"""


def expire_due(batch: int = BATCH) -> int:
    """Expire one batch; the number expired. Any number of these may run at once."""
    now, parameters = now_sql()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(DUE.format(now=now), [*parameters, batch])
        due = [pk for (pk,) in cursor.fetchall()]
        return expire_coupons(due) if due else 0


def purge_attempts() -> int:
    """Forget refusals that are too old to be asked about, a batch at a time; the number forgotten."""
    old = ClaimAttempt.objects.filter(at__lt=database_now() - ATTEMPTS_KEPT).order_by("at")[:PURGE]
    return ClaimAttempt.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()[0]
