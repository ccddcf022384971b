"""What must hold of the settlement at any time: it is the sealed ledger, and closed months kept their sums."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.db import connection

from apps.core.audit_queries import register
from apps.reporting.settlement.booking import IS_DISCOUNT, SOURCE

BOOKED = f"""
SELECT format('entry %s of %s: the ledger says %s, the settlement %s', e.id, e.offer, e.amount,
    coalesce((l.borne_amount + l.back_amount)::text, 'nothing'))
FROM orders_ledgerseal s JOIN orders_ledgerentry e ON e.id = s.entry_id
LEFT JOIN reporting_settlementline l ON l.entry_id = e.id
WHERE s.number <= (SELECT reached FROM reporting_mark WHERE source = '{SOURCE}') AND {IS_DISCOUNT}
    AND (l.entry_id IS NULL OR l.offer <> e.offer OR l.bearer <> e.bearer OR l.line <> e.line
        OR l.borne_amount <> CASE e.event WHEN 'redeem' THEN e.amount ELSE 0 END
        OR l.back_amount <> CASE e.event WHEN 'refund' THEN e.amount ELSE 0 END)
"""  # noqa: S608 - clauses of ours
NOTHING_ELSE = f"""
SELECT format('entry %s of %s is settled and no discount that was sealed', l.entry_id, l.offer)
FROM reporting_settlementline l JOIN orders_ledgerentry e ON e.id = l.entry_id
LEFT JOIN orders_ledgerseal s ON s.entry_id = e.id
WHERE NOT ({IS_DISCOUNT}) OR s.number IS NULL
    OR s.number > (SELECT coalesce(max(reached), 0) FROM reporting_mark WHERE source = '{SOURCE}')
"""  # noqa: S608 - clauses of ours
KEPT = """
SELECT format('%s was closed with %s lines, %s borne and %s reversed; they are %s, %s and %s', m.month, m.lines,
    m.borne_amount, m.back_amount, l.lines, l.borne, l.back)
FROM reporting_settlementmonth m CROSS JOIN LATERAL (
    SELECT count(*) AS lines, coalesce(sum(borne_amount), 0) AS borne, coalesce(sum(back_amount), 0) AS back
    FROM reporting_settlementline WHERE month_id = m.month
) l
WHERE m.closed_at IS NOT NULL AND (m.lines <> l.lines OR m.borne_amount <> l.borne OR m.back_amount <> l.back)
"""


PROOFS: dict[str, tuple[str, str]] = {
    "settlement.booked": ("every discount that was sealed is settled once, as the ledger has it", BOOKED),
    "settlement.nothing_else": ("nothing else is settled", NOTHING_ELSE),
    "settlement.closed": ("a closed month is what it was closed with", KEPT),
}


def register_all() -> None:
    for name, (promise, statement) in PROOFS.items():
        register(name, promise, finder(statement))


def faults() -> Iterator[str]:
    """Every sentence of every proof."""
    for _promise, statement in PROOFS.values():
        yield from finder(statement)()


def finder(statement: str) -> Callable[[], Iterator[str]]:
    def find() -> Iterator[str]:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            for (sentence,) in cursor.fetchall():
                yield sentence

    return find
