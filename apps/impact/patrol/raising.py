"""Alerts raised: one per mistake, found again as often as it is there, with the goods it hits; set-based.

What was accepted is not raised again as long as nothing is cheaper than what was accepted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.core import outbox
from apps.core.audit import record
from apps.core.clock import database_now
from apps.core.locks import lock_number
from apps.core.prepared import send
from apps.impact.lifecycle import SEVERITIES, AlertKind, AlertState, Cause
from apps.impact.models.alerts import Alert, AlertGood
from apps.impact.patrol.field import Low
from apps.impact.patrol.pausing import pause_by_rule


@dataclass(frozen=True, slots=True)
class Good:
    """One SKU of a finding, as `AlertGood` keeps it."""

    sku: str
    amount: int
    units: int
    floor: int | None
    cost: int | None
    as_of: datetime
    cart: Sequence[Any] = ()
    profile: Mapping[str, Any] = field(default_factory=dict)
    stack: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A mistake with its goods: all that the same offers do to the same kind of limit."""

    kind: AlertKind
    offers: tuple[str, ...]
    goods: tuple[Good, ...]

    @property
    def key(self) -> str:
        text = "\n".join([self.kind, *sorted(self.offers)])
        return hashlib.sha256(text.encode()).hexdigest()


def findings_of(lows: Iterable[Low]) -> list[Finding]:
    """Lows by what is undercut and by the offers that do it."""
    grouped: dict[tuple[AlertKind, tuple[str, ...]], list[Good]] = {}
    for low in lows:
        kind = AlertKind.BELOW_COST if low.below_cost else AlertKind.BELOW_FLOOR
        offers = tuple(share.offer for share in low.worst.stack)
        grouped.setdefault((kind, offers), []).append(_good(low))
    return [Finding(kind, offers, tuple(goods)) for (kind, offers), goods in grouped.items()]


def _good(low: Low) -> Good:
    worst, profile = low.worst, low.worst.profile
    customer = profile.customer
    return Good(
        low.sku,
        worst.amount,
        worst.units,
        low.guard.floor,
        low.guard.cost,
        worst.as_of,
        [[low.sku if sku == worst.sku else sku, units] for sku, units in worst.cart],
        {
            "new": customer.new,
            "member_level": customer.member_level,
            "audiences": sorted(customer.audiences),
            "channel": profile.channel,
            "terminal": profile.terminal,
            "region": profile.region,
        },
        [[share.offer, share.name, share.amount, share.coupon] for share in worst.stack],
    )


@transaction.atomic
def raise_alerts(*, findings: Sequence[Finding], run: str) -> list[Alert]:
    """The alerts that are new; others are noted as seen again, once a run. One at a time: they share keys."""
    send("SELECT pg_advisory_xact_lock(%s)", [lock_number("impact", "alerts")])
    accepted = _accepted([finding.key for finding in findings])
    raised = []
    for finding in findings:
        goods = [good for good in finding.goods if not _is_accepted(good, accepted.get(finding.key, {}))]
        if goods:
            alert, is_new = _seen(finding, run)
            _keep(alert, goods)
            if is_new:
                raised.append(alert)
                _tell(alert, len(goods))
    for alert in raised:
        pause_by_rule(alert=alert)
    return raised


def _accepted(keys: Sequence[str]) -> dict[str, dict[str, tuple[int, int]]]:
    """By key and SKU the price (amount of units) that somebody accepted last."""
    rows = AlertGood.objects.filter(
        alert__key__in=keys, alert__state=AlertState.CLOSED, alert__cause=Cause.ACCEPTED
    ).order_by("alert_id")
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for key, sku, amount, units in rows.values_list("alert__key", "sku", "amount", "units"):
        found.setdefault(key, {})[sku] = amount, units
    return found


def _is_accepted(good: Good, accepted: Mapping[str, tuple[int, int]]) -> bool:
    said = accepted.get(good.sku)
    return said is not None and good.amount * said[1] >= said[0] * good.units


def _seen(finding: Finding, run: str) -> tuple[Alert, bool]:
    now = database_now()
    alert = Alert.objects.filter(key=finding.key, state=AlertState.OPEN).first()
    if alert is None:
        made = Alert.objects.create(
            kind=finding.kind,
            severity=SEVERITIES[finding.kind],
            key=finding.key,
            offers=list(finding.offers),
            run=run,
            raised_at=now,
            seen_at=now,
        )
        return made, True
    alert.times += alert.run != run
    alert.run, alert.seen_at = run, now
    alert.save(update_fields=["times", "run", "seen_at"])
    return alert, False


def _keep(alert: Alert, goods: Sequence[Good]) -> None:
    """The newest finding of each SKU counts."""
    AlertGood.objects.bulk_create(
        [
            AlertGood(
                alert=alert,
                sku=good.sku,
                amount=good.amount,
                units=good.units,
                floor_amount=good.floor,
                cost_amount=good.cost,
                as_of=good.as_of,
                cart=list(good.cart),
                profile=dict(good.profile),
                stack=list(good.stack),
            )
            for good in {good.sku: good for good in goods}.values()
        ],
        update_conflicts=True,
        unique_fields=["alert", "sku"],
        update_fields=[
            "amount", "units", "floor_amount", "cost_amount", "as_of", "cart", "profile", "stack",
        ],
        batch_size=1_000,
    )  # fmt: skip


def _tell(alert: Alert, goods: int) -> None:
    facts = {
        "kind": alert.kind,
        "severity": alert.severity,
        "offers": alert.offers,
        "skus": goods,
    }
    record(action="alert.raise", subject=alert, actor=None, after=facts)
    outbox.publish(topic="alert.raised", subjects=[str(alert.pk)], payload=facts)
