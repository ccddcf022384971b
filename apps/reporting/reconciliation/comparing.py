"""The ledger beside each table that is summed from it: whatever is not equal, by offer and day.

The ledger is read as far as the roll-up has come: orders whose payment is sealed by then, refunds whose first entry is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from apps.core.audit_queries import register

# Beyond these a list helps nobody: the sums are made again.
MOST = 1_000

SUMMED = """
WITH reach AS (SELECT coalesce(max(reached), 0) AS number FROM reporting_mark WHERE source = 'ledger'),
sold AS MATERIALIZED (
    SELECT e.order_id FROM reach, orders_ledgerseal s JOIN orders_ledgerentry e ON e.id = s.entry_id
    WHERE s.number <= reach.number AND e.event = 'redeem' AND e.what = 'payment'
), gone AS MATERIALIZED (
    SELECT first.refund_id FROM reach, (
        SELECT refund_id, min(id) AS id FROM orders_ledgerentry WHERE refund_id IS NOT NULL GROUP BY 1
    ) first JOIN orders_ledgerseal s ON s.entry_id = first.id WHERE s.number <= reach.number
)
"""
BEARERS = (
    SUMMED  # noqa: S608 - clauses of this file
    + """, ledger AS (
    SELECT offer, bearer, day, sum(amount) AS amount, sum(back) AS back FROM (
        SELECT e.offer, e.bearer, (o.paid_at AT TIME ZONE %(zone)s)::date AS day, e.amount, 0 AS back
        FROM sold JOIN orders_ledgerentry e USING (order_id) JOIN orders_order o ON o.id = e.order_id
        WHERE e.event = 'redeem' AND e.what IN ('share', 'shipping')
        UNION ALL
        SELECT e.offer, e.bearer, (r.created_at AT TIME ZONE %(zone)s)::date, 0, e.amount
        FROM gone JOIN orders_ledgerentry e USING (refund_id) JOIN orders_refund r ON r.id = e.refund_id
        WHERE e.event = 'refund' AND e.what = 'share'
    ) one GROUP BY 1, 2, 3
), report AS (
    SELECT offer, bearer, (hour AT TIME ZONE %(zone)s)::date AS day, sum(amount) AS amount, sum(back_amount) AS back
    FROM reporting_borne GROUP BY 1, 2, 3
)
SELECT 'bearers', offer, bearer, day, coalesce(l.amount, 0), coalesce(r.amount, 0), coalesce(l.back, 0),
    coalesce(r.back, 0)
FROM ledger l FULL JOIN report r USING (offer, bearer, day)
WHERE (coalesce(l.amount, 0), coalesce(l.back, 0)) <> (coalesce(r.amount, 0), coalesce(r.back, 0))
ORDER BY day, offer, bearer LIMIT %(most)s
"""
)
TRADE = (
    SUMMED  # noqa: S608 - clauses of this file
    + """, ledger AS (
    SELECT offer, day, sum(amount) AS amount, sum(back) AS back FROM (
        SELECT e.offer, (o.paid_at AT TIME ZONE %(zone)s)::date AS day, e.amount, 0 AS back
        FROM sold JOIN orders_ledgerentry e USING (order_id) JOIN orders_order o ON o.id = e.order_id
        WHERE e.event = 'redeem' AND e.what IN ('share', 'shipping')
        UNION ALL
        SELECT e.offer, (r.created_at AT TIME ZONE %(zone)s)::date, 0, e.amount
        FROM gone JOIN orders_ledgerentry e USING (refund_id) JOIN orders_refund r ON r.id = e.refund_id
        WHERE e.event = 'refund' AND e.what = 'share'
    ) one GROUP BY 1, 2
), report AS (
    SELECT code AS offer, (hour AT TIME ZONE %(zone)s)::date AS day, sum(discount_amount) AS amount,
        sum(back_discount_amount) AS back
    FROM reporting_trade WHERE about = 'offer' GROUP BY 1, 2
)
SELECT 'trade', offer, '', day, coalesce(l.amount, 0), coalesce(r.amount, 0), coalesce(l.back, 0), coalesce(r.back, 0)
FROM ledger l FULL JOIN report r USING (offer, day)
WHERE (coalesce(l.amount, 0), coalesce(l.back, 0)) <> (coalesce(r.amount, 0), coalesce(r.back, 0))
ORDER BY day, offer LIMIT %(most)s
"""
)
MONEY = (
    SUMMED  # noqa: S608 - clauses of this file
    + """, ledger AS (
    SELECT day, sum(amount) AS amount, sum(back) AS back FROM (
        SELECT (o.paid_at AT TIME ZONE %(zone)s)::date AS day, o.list_amount - o.discount_amount AS amount, 0 AS back
        FROM sold JOIN orders_order o ON o.id = sold.order_id
        UNION ALL
        SELECT (r.created_at AT TIME ZONE %(zone)s)::date, 0,
            r.total_amount + r.clawback_amount - r.shipping_amount
        FROM gone JOIN orders_refund r ON r.id = gone.refund_id
    ) one GROUP BY 1
), report AS (
    SELECT (hour AT TIME ZONE %(zone)s)::date AS day, sum(gmv_amount) AS amount, sum(back_gmv_amount) AS back
    FROM reporting_trade WHERE about = 'all' GROUP BY 1
)
SELECT 'money', '', '', day, coalesce(l.amount, 0), coalesce(r.amount, 0), coalesce(l.back, 0), coalesce(r.back, 0)
FROM ledger l FULL JOIN report r USING (day)
WHERE (coalesce(l.amount, 0), coalesce(l.back, 0)) <> (coalesce(r.amount, 0), coalesce(r.back, 0))
ORDER BY day LIMIT %(most)s
"""
)
STATEMENTS: Mapping[str, str] = {"bearers": BEARERS, "trade": TRADE, "money": MONEY}


@dataclass(frozen=True, slots=True)
class Difference:
    """What one table says of one offer (or bearer, or all) on one day, beside the ledger. Minor units."""

    table: str
    offer: str
    bearer: str
    day: str
    ledger: int
    report: int
    ledger_back: int
    report_back: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def differences() -> list[Difference]:
    """Of every table that reports read; nothing when all is well."""
    found: list[Difference] = []
    names = {"zone": settings.TIME_ZONE, "most": MOST}
    with connection.cursor() as cursor:
        for statement in STATEMENTS.values():
            cursor.execute(statement, names)
            for table, offer, bearer, day, ledger, report, ledger_back, report_back in cursor.fetchall():
                found.append(
                    Difference(
                        table,
                        offer,
                        bearer,
                        day.isoformat(),
                        int(ledger),
                        int(report),
                        int(ledger_back),
                        int(report_back),
                    )
                )
    return found


def sentences() -> Iterator[str]:
    """The same for `audit`. Each statement sees the mark and the sums that were committed with it, so it may run at
    any time."""
    for one in differences():
        what = " ".join(filter(None, (one.offer, one.bearer))) or "all orders"
        yield (
            f"{one.table}: {what} on {one.day}: the ledger says {one.ledger} and {one.ledger_back} back,"
            f" the report {one.report} and {one.report_back}"
        )


def register_proof() -> None:
    register("reports.sums", "reports add up to the ledger, as far as it is summed", sentences)
