"""How far a batch of codes is, and where its codes went, in numbers that a page can afford."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet

from apps.coupons.lifecycle import Source
from apps.coupons.models import CodeBatch, Coupon
from apps.coupons.models.coupon import STATE_LABELS

MOST_COUNTED = 10_000


def progress_of(batch: CodeBatch) -> dict[str, Any]:
    """How many codes there are and how many are claimed, of how many; of a shared code only claims are counted."""
    made = batch.quantity if batch.shared and batch.made else batch.made
    return {
        "made": made,
        "claims": batch.claims,
        "quantity": batch.quantity,
        "made_percent": percent(made, batch.quantity),
        "claims_percent": percent(batch.claims, batch.quantity),
    }


def percent(part: int, whole: int) -> str:
    """With one digit after the point, rounded down: 100 means all."""
    tenths = 1_000 * part // whole
    return f"{tenths // 10}.{tenths % 10}"


def coupons_of(batch: CodeBatch) -> QuerySet[Coupon]:
    return Coupon.objects.filter(origin=batch.code, source=Source.CODE).order_by("-id")


def where_they_went(batch: CodeBatch) -> list[tuple[Any, int]]:
    """The states of the coupons that came of it: of the latest ten thousand, which is as many as a page may count."""
    latest = coupons_of(batch).values("pk")[:MOST_COUNTED]
    rows = Coupon.objects.filter(pk__in=latest).order_by().values_list("state").annotate(n=Count("pk"))
    counts = dict(rows)
    return [(label, counts[state]) for state, label in STATE_LABELS.items() if state in counts]
