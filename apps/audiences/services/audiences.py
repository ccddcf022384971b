"""Audiences themselves: their names, rules and, from packs, their lists."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import connection, transaction

from apps.accounts.models import User
from apps.approvals.models import ApprovalRequest
from apps.approvals.uses import uses_of
from apps.audiences.models import Audience
from apps.audiences.services.asking import ask_rule
from apps.audiences.services.guard import guard_audience_change
from apps.audiences.services.lists import ListReport, write_members
from apps.core.audit import Subject, record
from apps.core.bulk_upsert import SAMPLE, Outcome
from apps.core.clock import database_now
from apps.core.locks import AdvisoryLock, hold

Row = Mapping[str, Any]


@transaction.atomic
def save_audience(*, entry: Audience, actor: AbstractUser, reason: str = "") -> ApprovalRequest | None:
    """Write an audience that a person made or changed; its rule is canonical already.

    Another rule of an audience that approved offers are meant for waits for a second person: that request is returned,
    the rest is written. Errors: already_asked.
    """
    hold(AdvisoryLock.AUDIENCE_RULES)
    stored = Audience.objects.select_for_update(no_key=True).filter(pk=entry.pk).first()
    if stored is not None and stored.rule != entry.rule:
        guard_audience_change(entry.code)
    asked = _asked_for(stored, entry, actor, reason)
    before = None if stored is None else _told(stored)
    after = _told(entry)
    if before == after:
        return asked
    _write(entry, rule_changed=stored is None or stored.rule != entry.rule)
    record(
        action=f"audiences.audience.{'add' if before is None else 'change'}",
        subject=entry,
        actor=actor,
        before=None if before is None else {n: v for n, v in before.items() if v != after[n]},
        after={n: v for n, v in after.items() if before is None or v != before[n]},
        reason=reason,
    )
    return asked


def _asked_for(
    stored: Audience | None, entry: Audience, actor: AbstractUser, reason: str
) -> ApprovalRequest | None:
    """Asks for the other rule where offers use it, and puts the stored one back in `entry`."""
    if stored is None or stored.rule == entry.rule or not isinstance(actor, User):
        return None
    if not uses_of("audience", [stored.code]):
        return None
    wanted, entry.rule = entry.rule, stored.rule
    return ask_rule(audience=stored, rule=wanted, actor=actor, reason=reason)


def write_rule(*, audience: Audience, rule: Any) -> None:
    """Another rule for a locked audience, for the approval that carries it out; the caller writes the audit entry."""
    hold(AdvisoryLock.AUDIENCE_RULES)
    audience.rule = rule
    _write(audience, rule_changed=True)


@transaction.atomic
def upsert_audiences(*, rows: Iterable[Row], actor: Any, reason: str = "") -> Outcome:
    """Write audiences as packs word them: `code`, `name`, `rule` and `members`, which replace what was listed.

    No members leave a list as it is. One audit entry, or none where nothing changed.
    """
    hold(AdvisoryLock.AUDIENCE_RULES)
    rows = list(rows)
    held = Audience.objects.select_for_update(no_key=True).order_by("code")
    stored = {a.code: a for a in held.filter(code__in=[row["code"] for row in rows])}
    created: list[str] = []
    changed: list[str] = []
    told: dict[str, dict[str, Any]] = {}
    for row in rows:
        audience = stored.get(row["code"])
        is_new = audience is None
        done = _upsert(row, audience or Audience(code=row["code"]), is_new)
        if done:
            (created if is_new else changed).append(row["code"])
            told[row["code"]] = done
    outcome = Outcome(
        created=len(created),
        changed=len(changed),
        unchanged=len(rows) - len(told),
        created_keys=tuple(created[:SAMPLE]),
        changed_keys=tuple(changed[:SAMPLE]),
    )
    if told:
        subject = Subject("audiences.audience", "pack")
        record(action="audiences.import", subject=subject, actor=actor, after=told, reason=reason)
    return outcome


def _upsert(row: Row, audience: Audience, is_new: bool) -> dict[str, Any]:
    """What changed, in the words of the audit log; empty where nothing did."""
    wanted: dict[str, Any] = {"name": row.get("name") or "", "rule": row.get("rule")}
    done = {name: value for name, value in wanted.items() if is_new or getattr(audience, name) != value}
    if done:
        audience.name, audience.rule = wanted["name"], wanted["rule"]
        _write(audience, rule_changed="rule" in done)
    if row.get("members"):
        report = write_members(audience=audience, rows=enumerate(row["members"], start=1), replace=True)
        done |= _list_changes(report)
    return done


def _list_changes(report: ListReport) -> dict[str, Any]:
    return {"added": report.added, "removed": report.removed} if report.changed else {}


def _told(audience: Audience) -> dict[str, Any]:
    return {"name": audience.name, "rule": audience.rule}


def _write(audience: Audience, rule_changed: bool) -> None:
    """For callers that hold AUDIENCE_RULES until they commit: so the versions become visible in their order."""
    audience.updated_at = database_now()
    if rule_changed:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval('audiences_rule_version')")
            audience.rule_version = cursor.fetchone()[0]
    if audience.pk is None:
        audience.save(force_insert=True)
    else:  # the columns of the list belong to those who import it
        audience.save(update_fields=["name", "rule", "rule_version", "updated_at"])
