"""Writes the audit log: one entry per change, in the same transaction as the change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import structlog
from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, models

from apps.core.models import AuditEntry

SYSTEM = "system"


@dataclass(frozen=True)
class Subject:
    """What was changed, where it is no model instance with a `code` or key of its own."""

    type: str
    code: str


@runtime_checkable
class Actor(Protocol):
    """Anything that is no person but changes things names itself: `key:shop-server`, `system:sweep`."""

    @property
    def audit_name(self) -> str: ...


def record(
    *,
    action: str,
    subject: models.Model | Subject,
    actor: AbstractBaseUser | Actor | str | None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> AuditEntry:
    """Note one change; `action` is namespaced (`activities.pause`), `actor` None means the portal itself.

    `before` and `after` hold JSON values: only what changed, amounts in minor units.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("An audit entry commits with its change: call record() inside atomic()")
    row = _row(Entry(action, subject, actor, before, after, reason))
    row.save(force_insert=True)
    return row


@dataclass(frozen=True)
class Entry:
    """One change among many that are noted together; the same words as `record` takes."""

    action: str
    subject: models.Model | Subject
    actor: AbstractBaseUser | Actor | str | None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    reason: str = ""


def record_all(entries: Iterable[Entry]) -> None:
    """Note many changes in one statement."""
    if not connection.in_atomic_block:
        raise RuntimeError("An audit entry commits with its change: call record_all() inside atomic()")
    AuditEntry.objects.bulk_create(map(_row, entries))


def _row(entry: Entry) -> AuditEntry:
    about = subject_of(entry.subject)
    return AuditEntry(
        action=entry.action,
        subject_type=about.type,
        subject_code=about.code,
        actor=actor_name(entry.actor),
        before=entry.before,
        after=entry.after,
        reason=entry.reason,
        request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
    )


def subject_of(subject: models.Model | Subject) -> Subject:
    if isinstance(subject, Subject):
        return subject
    code = getattr(subject, "code", None) or subject.pk
    return Subject(type=subject._meta.label_lower, code=str(code))


def actor_name(actor: AbstractBaseUser | Actor | str | None) -> str:
    if actor is None:
        return SYSTEM
    if isinstance(actor, str):
        return actor
    if isinstance(actor, AbstractBaseUser):
        return f"user:{actor.get_username()}"
    return actor.audit_name
