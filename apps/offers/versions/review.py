"""Review: submitting a draft, taking it back, and what an approval or a rejection of it does."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.approvals import services as approvals
from apps.approvals.models import ApprovalRequest
from apps.approvals.registry import Description
from apps.approvals.selectors import pending_for
from apps.core.errors import DomainError
from apps.offers.compile import instant
from apps.offers.documents import Change, content_hash, diff
from apps.offers.lifecycle import Action, Right, State, VersionState
from apps.offers.revisions import forbidden_changes
from apps.offers.submission import submission_faults
from apps.offers.versions.contents import read
from apps.offers.versions.errors import ChangeNotAllowed, DocumentFaults
from apps.offers.versions.handlers import SubjectHandler
from apps.offers.versions.hooks import blocks_on
from apps.offers.versions.models import Running, Version, Versioned
from apps.offers.versions.publication import publish
from apps.offers.versions.steps import Step, begin_locked, finish, lock, permit
from apps.pricing.faults import Fault

Thing = TypeVar("Thing", bound=Versioned)
DUE_BEFORE_START = timedelta(hours=4)
LEAST_TO_DECIDE = timedelta(minutes=30)


@transaction.atomic
def submit(
    *, thing: Thing, actor: User, due_at: datetime | None = None, needed: int = 1, reason: str = ""
) -> ApprovalRequest:
    """Ask for approval of the open draft; raises DocumentFaults with every fault when it has any."""
    permit(actor, thing, Right.SUBMIT)
    locked = lock(thing)
    first = locked.current_id is None
    step = begin_locked(locked, Action.SUBMIT if first else Action.REVISE, actor, reason)
    version = _draft_of(locked)
    _check(locked, version, step.now)
    before = step.before
    version.state = VersionState.IN_REVIEW
    version.save(update_fields=["state"])
    if first:
        locked.status = State.IN_REVIEW
    after = {"version": version.number, "content_hash": version.content_hash}
    finish(step, before, action=Action.SUBMIT, after=after)
    return approvals.open_request(
        action=publish_action(locked),
        subject=locked,
        title=locked.title,
        content_hash=version.content_hash,
        submitter=actor,
        version=version.number,
        barred=version.editor_ids,
        needed=needed,
        due_at=due_at or _due(version, step.now),
        reason=reason,
        batch=version.batch,
        shop_code=locked.shop_code,
    )


@transaction.atomic
def withdraw(*, thing: Thing, actor: User) -> ApprovalRequest:
    """Its submitter takes the version in review back to draft."""
    permit(actor, thing, Right.WITHDRAW)
    request = pending_for(
        subject_type=thing.kind_of_thing(), subject_code=thing.code, action=publish_action(thing)
    )
    if request is None:
        raise DomainError("not_in_review", _("Nothing of it is in review."))
    return approvals.withdraw(request=request, actor=actor)


def publish_action(thing: Versioned | type[Versioned]) -> str:
    return f"{thing.DOCUMENT}.publish"


def faults_of(thing: Versioned, version: Version, now: datetime) -> list[Fault]:
    """Everything that keeps this version from being submitted."""
    _content, faults = read(thing.DOCUMENT, version.content)
    return faults + submission_faults(version.content, thing.submission_facts(version.content), now)


def running_faults(thing: Versioned, version: Version, now: datetime) -> list[Change]:
    """The changes that a version may not make because the one before it runs by now."""
    if not isinstance(thing, Running) or thing.current is None or now < thing.starts_at:
        return []
    return forbidden_changes(thing.current.content, version.content)


def _check(thing: Versioned, version: Version, now: datetime) -> None:
    faults = faults_of(thing, version, now) + blocks_on(thing)
    if faults:
        raise DocumentFaults(faults)
    changes = running_faults(thing, version, now)
    if changes:
        raise ChangeNotAllowed(changes)


def _draft_of(thing: Versioned) -> Version:
    version = thing.open_version()
    if version is None or not version.is_editable:
        raise DomainError("no_draft", _("There is no draft to submit."))
    return version


def _due(version: Version, now: datetime) -> datetime | None:
    """Some hours before the start; where those are over, at the start, and never at once."""
    starts_at = instant(version.content.get("starts_at"))
    if starts_at is None:
        return None
    wanted = starts_at - DUE_BEFORE_START
    return wanted if wanted > now else max(starts_at, now + LEAST_TO_DECIDE)


class PublishHandler(SubjectHandler):
    """Approval of a version: it becomes the one that runs."""

    right = Right.APPROVE
    label: str | Promise = _("Publish")

    def version_of(self, request: ApprovalRequest) -> Version:
        version: Version = self.subject(request).versions.get(number=request.version)
        return version

    def current_hash(self, request: ApprovalRequest) -> str:
        return content_hash(self.version_of(request).content)

    def describe(self, request: ApprovalRequest) -> Description:
        version = self.version_of(request)
        warnings: list[Any] = []
        thing = version.subject
        if isinstance(thing, Running) and thing.current_id is None and thing.starts_at <= self.now():
            warnings.append(_("Its start has passed: it goes live at once when you approve."))
        return Description(title=request.title, facts=version.content, warnings=tuple(warnings))

    def faults(self, request: ApprovalRequest) -> list[Fault]:
        version = self.version_of(request)
        return faults_of(version.subject, version, self.now())

    def diff(self, request: ApprovalRequest) -> Sequence[Change]:
        version = self.version_of(request)
        current = version.subject.current
        return diff(current.content if current else None, version.content)

    def carry_out(self, request: ApprovalRequest, actor: User) -> None:
        thing = self.lock(request)
        first = thing.current_id is None
        step = begin_locked(thing, Action.APPROVE if first else Action.REVISE, actor)
        version = self.version_of(request)
        ends_at = instant(version.content.get("ends_at"))
        if ends_at is not None and step.now >= ends_at:
            raise DomainError("over", _("Its end has passed: it can no longer be approved."))
        changes = running_faults(thing, version, step.now)
        if changes:
            raise ChangeNotAllowed(changes)
        publish(step, version)

    def on_reject(self, request: ApprovalRequest, actor: User, reason: str) -> None:
        self._back_to_draft(request, actor, Action.REJECT, reason)

    def on_withdraw(self, request: ApprovalRequest, actor: User) -> None:
        self._back_to_draft(request, actor, Action.WITHDRAW)

    def _back_to_draft(self, request: ApprovalRequest, actor: User, action: Action, reason: str = "") -> None:
        thing = self.lock(request)
        first = thing.current_id is None
        # A revision goes back whatever happens beside it; the thing itself follows the table.
        revised = Step(thing, action, self.now(), actor, reason)
        step = begin_locked(thing, action, actor, reason) if first else revised
        before = step.before
        version = self.version_of(request)
        version.state = VersionState.DRAFT
        version.save(update_fields=["state"])
        if first:
            thing.status = State.DRAFT
        finish(step, before, after={"version": version.number})
