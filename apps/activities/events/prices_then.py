"""Which list prices changed since an instant: by the audit log, and better by the app that keeps their history."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from apps.core.models import AuditEntry

#: by SKU, oldest first: when its list price changed, and what it was before, in minor units
Changes = Mapping[str, Sequence[tuple[datetime, int]]]
Source = Callable[[Collection[str], datetime], Changes]

_sources: list[Source] = []


def register(source: Source) -> None:
    """`source(skus, since)`. There is one who knows; who registers last."""
    _sources[:] = [source]


def changes_since(skus: Collection[str], since: datetime) -> Changes:
    """Where a SKU has a history, that counts: imports of the catalogue leave no entry of each."""
    found = dict(_by_audit(skus, since))
    for source in _sources:
        found.update(source(skus, since))
    return found


def price_at(changes: Changes, sku: str, moment: datetime) -> int | None:
    """The price at `moment` of a SKU whose price changed later; None: it did not."""
    return next((before for at, before in changes.get(sku, ()) if at > moment), None)


def _by_audit(skus: Collection[str], since: datetime) -> Changes:
    entries = AuditEntry.objects.filter(
        subject_type="catalog.sku", subject_code__in=list(skus), at__gt=since, before__has_key="price_amount"
    )
    found: dict[str, list[tuple[datetime, int]]] = {}
    for code, at, before in entries.order_by("id").values_list("subject_code", "at", "before__price_amount"):
        found.setdefault(code, []).append((at, int(before)))
    return found
