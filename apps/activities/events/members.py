"""What belongs to an event: its activities by their own word, templates and campaigns by joining; constant queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet

from apps.accounts.scope import visible
from apps.activities.events.models import CopiedMember, Event, EventMember
from apps.offers.lifecycle import RUNNING, State, VersionState
from apps.offers.versions.known import models
from apps.offers.versions.models import OPEN, Running, Versioned

Json = Mapping[str, Any]
ACTIVITY, TEMPLATE, CAMPAIGN = "activity", "template", "campaign"
#: the order in which members are shown: what gives, what is given, how it is given
DOCUMENTS = (ACTIVITY, TEMPLATE, CAMPAIGN)


@dataclass(frozen=True)
class Member:
    """One thing of an event with the version that is open, if any, and where it was copied from."""

    thing: Any
    opened: Any = None
    copied: CopiedMember | None = None

    @property
    def document(self) -> str:
        return str(self.thing.DOCUMENT)

    @property
    def code(self) -> str:
        return str(self.thing.code)

    @property
    def key(self) -> str:
        return f"{self.document}:{self.code}"

    @property
    def content(self) -> Json:
        """As it is planned: the open version, else the one that runs or ran."""
        content: Json = (self.opened or self.thing.current).content
        return content

    @property
    def is_draft(self) -> bool:
        return self.opened is not None and self.opened.state == VersionState.DRAFT

    @property
    def in_review(self) -> bool:
        return self.opened is not None and self.opened.state == VersionState.IN_REVIEW

    @property
    def is_running(self) -> bool:
        return isinstance(self.thing, Running) and self.thing.status in RUNNING

    @property
    def is_over(self) -> bool:
        return bool(self.thing.status == State.ENDED)

    @property
    def is_unconfirmed(self) -> bool:
        return self.copied is not None and self.copied.confirmed_at is None


def model_of(document: str) -> type[Versioned]:
    return next(model for model in models() if document == model.DOCUMENT)


def members_of(event: Event, user: Any = None) -> list[Member]:
    """All members in the order they are shown; with `user` those that this person may see."""
    joined = codes_joined(event)
    copied = {(one.document, one.code): one for one in CopiedMember.objects.filter(event=event)}
    found = []
    for document in DOCUMENTS:
        rows = _rows(document, event, joined.get(document, ()))
        if rows is None:
            continue
        for thing in _with_versions(visible(user, rows) if user is not None else rows):
            opened = thing.opened[0] if thing.opened else None
            found.append(Member(thing, opened, copied.get((document, thing.code))))
    return found


def codes_joined(event: Event) -> dict[str, list[str]]:
    """Templates and campaigns, by document."""
    found: dict[str, list[str]] = {}
    for document, code in EventMember.objects.filter(event=event).values_list("document", "code"):
        found.setdefault(document, []).append(code)
    return found


def _rows(document: str, event: Event, joined: Collection[str]) -> QuerySet[Any] | None:
    if document == ACTIVITY:
        return model_of(ACTIVITY).rows().filter(event=event).order_by("starts_at", "code")
    if not joined:
        return None
    return model_of(document).rows().filter(code__in=joined).order_by("code")


def _with_versions(rows: QuerySet[Any]) -> Iterable[Any]:
    opened = Prefetch("versions", rows.model.VERSION.objects.filter(state__in=OPEN), "opened")
    return rows.select_related("current", "owner").prefetch_related(opened)


def chosen(members: Iterable[Member], keys: Collection[str]) -> list[Member]:
    """Those named by their keys; no key names all."""
    return [member for member in members if not keys or member.key in keys]
