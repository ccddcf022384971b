"""Tells the shop of coupons that expire soon, once each, so that it can remind their customers."""

from __future__ import annotations

from django.conf import settings
from django.db import connection, transaction

from apps.core.clock import now_sql

BATCH = 2_000
TOPIC = "coupon.expiring"
# Marked and told in one statement: a coupon is told of once, however many run.
REMIND = """
WITH due AS (
    SELECT id FROM coupons_coupon
    WHERE state = 'unused' AND reminded_at IS NULL AND valid_until > {now}
        AND valid_until <= {now} + make_interval(days => %(days)s) AND valid_from <= {now}
    ORDER BY valid_until LIMIT %(batch)s FOR UPDATE SKIP LOCKED
), told AS (
    UPDATE coupons_coupon c SET reminded_at = {now} FROM due WHERE c.id = due.id
    RETURNING c.id, c.code, c.template, c.customer_code, c.valid_until
), heard AS (
    INSERT INTO core_outboxevent (topic, subject, payload)
    SELECT %(topic)s, code, json_build_object('coupon', code, 'template', template,
        'customer', customer_code, 'valid_until', valid_until)
    FROM told ORDER BY id
)
SELECT count(*) FROM told
"""


def remind_due(batch: int = BATCH) -> int:
    """Tell of one batch; the number told."""
    now, parameters = now_sql()
    named = {"days": settings.COUPON_REMINDER_DAYS, "batch": batch, "topic": TOPIC}
    if parameters:
        now, named["moment"] = "%(moment)s::timestamptz", parameters[0]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(REMIND.format(now=now), named)
        row = cursor.fetchone()
    assert row is not None
    return row[0]
