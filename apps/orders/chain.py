"""The ledger's chain: sealed like the audit log, so that no row can be changed or cut off unseen."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from apps.core.locks import AdvisoryLock
from apps.core.sealing import Chain
from apps.orders.models import LedgerEntry, LedgerSeal


def _content(entry: LedgerEntry) -> list[Any]:
    return [
        entry.pk,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.event,
        entry.what,
        entry.order_id,
        entry.refund_id,
        entry.offer,
        entry.version,
        entry.line,
        entry.segment,
        entry.sku,
        entry.units,
        entry.amount,
        entry.bearer,
        entry.restocked,
    ]


LEDGER = Chain(LedgerEntry, LedgerSeal, AdvisoryLock.SEAL_LEDGER, _content)
