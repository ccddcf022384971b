"""Writing rules: a first draft, the next save of it, a draft beside what is in force."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core.audit import record
from apps.core.clock import database_now
from apps.core.errors import DomainError, StaleEdit
from apps.core.permissions import require_permission
from apps.pricing.faults import Fault, Findings, Reader
from apps.risk.lifecycle import VersionState
from apps.risk.models import Rule, RuleVersion
from apps.risk.rules import content_hash, read_rule

ADD, CHANGE = "risk.add_rule", "risk.change_rule"


class RuleFaults(DomainError):
    """A rule that cannot be saved, with every fault and its path."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("faults", _("The rule is not complete."))
        self.faults = faults


def normalise(content: Mapping[str, Any]) -> dict[str, Any]:
    """The canonical document; raises RuleFaults."""
    findings = Findings()
    document = read_rule(content, Reader(content, "", findings))
    if document is None:
        raise RuleFaults(findings.faults)
    return document


@transaction.atomic
def create_rule(*, content: Mapping[str, Any], actor: User) -> Rule:
    """A new rule with its first draft; it binds nobody yet. Errors: RuleFaults, code_taken."""
    require_permission(actor, ADD)
    wanted = normalise(content)
    try:
        with transaction.atomic():
            rule = Rule.objects.create(code=wanted["code"], name=wanted["name"], kind=wanted["kind"])
    except IntegrityError as clash:
        raise DomainError("code_taken", _("There is a rule with this code."), "code") from clash
    version = add_version(rule, wanted, actor)
    _note(rule, "create", actor, version)
    return rule


@transaction.atomic
def save_draft(*, rule: Rule, content: Mapping[str, Any], actor: User, seen_hash: str) -> RuleVersion:
    """Save the open draft over the content with `seen_hash`. Errors: RuleFaults, stale_edit, no_draft, code_fixed."""
    require_permission(actor, CHANGE)
    wanted = normalise(content)
    locked = lock(rule)
    version = draft_of(locked)
    if version.content_hash != seen_hash:
        raise StaleEdit
    if wanted["code"] != locked.code or wanted["kind"] != locked.kind:
        raise DomainError("code_fixed", _("Code and kind of a rule stay what they are."), "code")
    if version.content_hash != content_hash(wanted):
        version.content, version.content_hash = wanted, content_hash(wanted)
        version.editor_ids = sorted({*version.editor_ids, actor.pk})
        version.saved_by, version.saved_at = actor, database_now()
        version.save()
        _show(locked, wanted)
        _note(locked, "edit", actor, version)
    return version


@transaction.atomic
def revise(*, rule: Rule, actor: User) -> RuleVersion:
    """Open a draft beside what is in force; it starts as a copy of it. An open draft stays what it is."""
    require_permission(actor, CHANGE)
    locked = lock(rule)
    version = locked.open_version()
    if version is not None:
        return version
    assert locked.current is not None
    version = add_version(locked, locked.current.content, actor)
    _note(locked, "revise", actor, version)
    return version


@transaction.atomic
def discard_draft(*, rule: Rule, actor: User) -> None:
    """Give up a draft beside what is in force. Errors: no_draft, nothing_else."""
    require_permission(actor, CHANGE)
    locked = lock(rule)
    version = draft_of(locked)
    if locked.current is None:
        raise DomainError("nothing_else", _("This is the only version; there is nothing to go back to."))
    version.state = VersionState.DISCARDED
    version.save(update_fields=["state"])
    _show(locked, locked.current.content)
    _note(locked, "discard_draft", actor, version)


def lock(rule: Rule) -> Rule:
    return Rule.objects.select_for_update(of=("self",)).select_related("current").get(pk=rule.pk)


def draft_of(rule: Rule) -> RuleVersion:
    version = rule.open_version()
    if version is None or not version.is_draft:
        raise DomainError("no_draft", _("There is no draft that could be changed."))
    return version


def add_version(rule: Rule, content: dict[str, Any], actor: User) -> RuleVersion:
    last = rule.versions.aggregate(last=Max("number"))["last"] or 0
    return RuleVersion.objects.create(
        rule=rule,
        number=last + 1,
        content=content,
        content_hash=content_hash(content),
        editor_ids=[actor.pk],
        saved_by=actor,
    )


def _show(rule: Rule, content: Mapping[str, Any]) -> None:
    """Lists show what is in force; before that, the draft."""
    shown = rule.current.content if rule.current is not None else content
    rule.name = shown["name"]
    rule.updated_at = database_now()
    rule.save(update_fields=["name", "updated_at"])


def _note(rule: Rule, action: str, actor: User, version: RuleVersion) -> None:
    after = {"version": version.number, "content_hash": version.content_hash}
    record(action=f"risk_rule.{action}", subject=rule, actor=actor, after=after)
