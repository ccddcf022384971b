"""The one place where a version becomes the one that runs: by approval, or freely in a portal that never approved."""

from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.approvals.lifecycle import Verdict
from apps.approvals.models import ApprovalDecision
from apps.approvals.services import close_pending
from apps.audiences.services import snapshots
from apps.core.errors import DomainError
from apps.offers.lifecycle import Action, State, TemplateState, VersionState
from apps.offers.versions.models import Running, Version, Versioned
from apps.offers.versions.steps import Step, begin_locked, finish, lock, state_by_clock

Thing = TypeVar("Thing", bound=Versioned)


def publish(step: Step, version: Version, *, action: str = Action.APPROVE) -> None:
    """Replace what runs by `version`, which is in review, in one step."""
    thing, before = step.thing, step.before
    first = thing.current_id is None
    if not first:
        _supersede(thing.current)
    version.state = VersionState.APPROVED
    version.approved_at = step.now
    version.save(update_fields=["state", "approved_at", "without_approval"])
    thing.current = version
    thing.show(version.content)
    thing.status = _status_after(thing, step, first)
    # Whatever else was asked was asked about the version before.
    close_pending(subject_type=thing.kind_of_thing(), subject_codes=[thing.code])
    finish(step, before, action=action, after=_said(version), prices=True)
    _note_audience(thing, version, step.actor)


def _note_audience(thing: Versioned, version: Version, actor: User | None) -> None:
    """Who is in the audiences at this moment is what the review compares with."""
    targeting = version.content.get("targeting") or {}
    if targeting.get("audiences"):
        snapshots.take(
            subject_type=thing._meta.label_lower,
            subject_code=thing.code,
            version=version.number,
            audiences=targeting["audiences"],
            holdout_bps=version.content.get("holdout_bps") or 0,
            actor=actor,
        )


def _said(version: Version) -> dict[str, Any]:
    return {"version": version.number, "content_hash": version.content_hash}


def _supersede(version: Version) -> None:
    version.state = VersionState.SUPERSEDED
    version.save(update_fields=["state"])


def _status_after(thing: Versioned, step: Step, first: bool) -> str:
    if not isinstance(thing, Running):
        return TemplateState.APPROVED if first else thing.status
    waiting = first or thing.status == State.APPROVED
    return state_by_clock(thing, step.now) if waiting else thing.status


@transaction.atomic
def publish_without_approval(*, thing: Thing, actor: User | None = None) -> Thing:
    """Make the open draft run, for `--publish`; nothing but a fresh portal with ALLOW_PUBLISH may do this."""
    if not settings.ALLOW_PUBLISH:
        raise DomainError("publish_forbidden", _("Publishing without approval is switched off here."))
    if ApprovalDecision.objects.filter(verdict=Verdict.APPROVE).exists():
        raise DomainError("publish_forbidden", _("This portal approves: nothing is published without it."))
    locked = lock(thing)
    version = locked.open_version()
    if version is None:
        return locked
    step = begin_locked(locked, Action.SUBMIT if locked.current_id is None else Action.REVISE, actor)
    before = step.before
    version.state = VersionState.IN_REVIEW
    version.without_approval = True
    version.save(update_fields=["state", "without_approval"])
    if locked.current_id is None:
        locked.status = State.IN_REVIEW
    finish(step, before, action=Action.SUBMIT, after=_said(version))
    publish(step, version, action="publish_without_approval")
    return locked
