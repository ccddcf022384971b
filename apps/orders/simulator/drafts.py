"""Drafts to be priced as if they were live: the newest version that is not approved yet, by `activity:code`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from apps.accounts.scope import visible
from apps.activities.models import Activity, ActivityVersion
from apps.coupons.models import CouponTemplate, TemplateVersion
from apps.offers.admin.sample_price import COMPILERS
from apps.offers.lifecycle import VersionState
from apps.offers.versions.models import OPEN, Version, Versioned
from apps.pricing.offer import Offer

MODELS: Mapping[str, tuple[type[Versioned], type[Version]]] = {
    "activity": (Activity, ActivityVersion),
    "template": (CouponTemplate, TemplateVersion),
}
MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Draft:
    """`offer` None: it has faults that keep it from being priced."""

    key: str
    code: str
    name: str
    in_review: bool
    offer: Offer | None


def drafts_of(keys: Iterable[str], user: Any) -> list[Draft]:
    """Those of `keys` that this person may see and that have a version open, in order of their names."""
    wanted: dict[str, list[str]] = {}
    for key in keys:
        document, _colon, code = key.partition(":")
        wanted.setdefault(document, []).append(code)
    found = []
    for document, codes in wanted.items():
        if document in MODELS:
            found += _read(document, user, subject__code__in=codes)
    return found


def open_drafts(user: Any) -> list[Draft]:
    """What could be counted in, the newest first."""
    found = [draft for document in MODELS for draft in _read(document, user)]
    return sorted(found, key=lambda draft: not draft.in_review)[:MOST_SHOWN]


def _read(document: str, user: Any, **narrowed: Any) -> list[Draft]:
    things, versions = MODELS[document]
    mine = visible(user, things.rows()).values("pk") if user is not None else things.rows().values("pk")
    rows = versions.rows().filter(state__in=list(OPEN), subject__in=mine, **narrowed)
    rows = rows.order_by("-pk").values_list("subject__code", "content", "state")[:MOST_SHOWN]
    return [
        Draft(
            f"{document}:{code}",
            code,
            content.get("name") or code,
            state == VersionState.IN_REVIEW,
            _compiled(document, content),
        )
        for code, content, state in rows
    ]


def _compiled(document: str, content: Mapping[str, Any]) -> Offer | None:
    """A draft may be unfinished: then it prices nothing."""
    try:
        return COMPILERS[document](content)
    except (KeyError, TypeError, ValueError):
        return None
