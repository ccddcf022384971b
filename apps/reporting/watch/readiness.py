"""What starts next, and whether it is ready: a list of checks for each, two statements for all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.scope import shops_of, visible
from apps.activities.lifecycle import State
from apps.activities.models import Activity, ActivityVersion
from apps.offers.admin.preview import skus_reached
from apps.offers.lifecycle import VersionState
from apps.pricing.layers import Layer

SHOWN = 4
# What nobody has approved yet is only shown when it is soon.
SOON = timedelta(days=3)
BEFORE = (State.DRAFT, State.IN_REVIEW)
COMING = (State.APPROVED, State.PAUSED)


@dataclass(frozen=True, slots=True)
class Check:
    """`must`: without it something is wrong; else it may be meant so."""

    code: str
    label: str | Promise
    ok: bool
    must: bool = False


@dataclass(frozen=True, slots=True)
class Start:
    activity: Activity
    checks: tuple[Check, ...]

    @property
    def ready(self) -> bool:
        return all(check.ok for check in self.checks)


def starting_soon(now: datetime, user: User) -> list[Start]:
    """The approved ones that start next and the drafts that should start soon."""
    versions = (
        ActivityVersion.objects.filter(subject__starts_at__gt=now, **_seen_by(user))
        .filter(subject__status__in=[*COMING, *BEFORE])
        .exclude(state__in=[VersionState.SUPERSEDED, VersionState.DISCARDED])
        .exclude(subject__status__in=list(BEFORE), subject__starts_at__gt=now + SOON)
        .exclude(subject__status__in=list(COMING), state__in=[VersionState.DRAFT, VersionState.IN_REVIEW])
        .select_related("subject")
        .order_by("subject__starts_at", "subject_id")[:SHOWN]
    )
    chosen = list(versions)
    filled = _with_goods(chosen)
    return [
        Start(version.subject, tuple(checks_of(version.subject, version.content, goods=goods)))
        for version, goods in zip(chosen, filled, strict=True)
    ]


def _seen_by(user: User) -> dict[str, Any]:
    """A limit to the activities that a person may read, where there is one."""
    if shops_of(user) is None:
        return {}
    return {"subject__in": visible(user, Activity.objects.order_by())}


def _with_goods(versions: list[ActivityVersion]) -> list[bool]:
    """Whether anything is in the scope of each: one statement that looks for one SKU of each."""
    if not versions:
        return []
    named = {
        f"goods_{number}": Exists(skus_reached(version.content, faultless=False))
        for number, version in enumerate(versions)
    }
    found = ActivityVersion.objects.filter(pk=versions[0].pk).annotate(**named).values(*named).get()
    return [found[name] for name in named]


def checks_of(activity: Activity, content: dict[str, Any], *, goods: bool) -> Iterable[Check]:
    stock = content["stock"]
    yield Check("approved", _("approved"), activity.status == State.APPROVED, must=True)
    yield Check("goods", _("goods in scope"), goods, must=True)
    if content["layer"] == Layer.ITEM:
        yield Check("stock", _("stock set"), stock["total"] is not None or bool(stock["per_sku"]))
    yield Check("budget", _("budget set"), content["budget"]["amount"] is not None)
    yield Check("placements", _("placements chosen"), bool(content["placements"]))
    yield Check("texts", _("text for customers"), _has_texts(content["display"]))


def _has_texts(display: dict[str, Any]) -> bool:
    """A title, or the badge of a teaser."""
    return bool(display["title"] or display["badge"])
