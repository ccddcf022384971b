"""The chain over the coupons' ledger: sealed like the audit log, so that no row can be changed or cut off unseen."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from apps.core.locks import AdvisoryLock
from apps.core.sealing import Chain
from apps.coupons.models import CouponEntry, CouponSeal


def _content(entry: CouponEntry) -> list[Any]:
    return [
        entry.pk,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.event,
        entry.coupon_id,
        entry.template,
        entry.customer_code,
        entry.source,
        entry.origin,
        entry.order_code,
        entry.quantity,
        entry.reserved_amount,
        entry.spent_amount,
        entry.actor_id,
        entry.reason,
    ]


COUPON_LEDGER = Chain(CouponEntry, CouponSeal, AdvisoryLock.SEAL_COUPONS, _content)
