"""Makes all sums again from what they sum up, in one transaction: whoever reads meanwhile sees the old ones."""

from __future__ import annotations

from datetime import UTC, datetime, time

from django.db import transaction

from apps.core.locks import AdvisoryLock, hold
from apps.reporting.models import Borne, Buyer, CouponFlow, Goods, Mark, Seen, Trade
from apps.reporting.rollups.rolling import BATCH, COUPONS, LEDGER, SIGHTINGS, take
from apps.sightings.partitions import kept_days


@transaction.atomic
def rebuild(batch: int = BATCH) -> int:
    """How many seals were summed. First orders were noted once and stay; exposures count as far as they are kept."""
    hold(AdvisoryLock.ROLL_UP)
    for model in (Trade, Borne, Goods, Buyer, CouponFlow):
        model._default_manager.all().delete()
    if days := kept_days():
        Seen.objects.filter(hour__gte=datetime.combine(days[0], time.min, UTC)).delete()
    Mark.objects.filter(source__in=[LEDGER, COUPONS, SIGHTINGS]).delete()
    total = 0
    while True:
        rolled = take(batch)
        total += rolled.seals
        if not rolled.more:
            return total
