"""One step in the life of a thing: who, whether, when, what changed, and the line in the audit log.

Every service begins a step (permission, row lock, lifecycle table, database clock) and finishes it (write, audit, offer
book) in its own transaction. Locks are always taken in this order: the thing, then a request about it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.scope import require_own
from apps.core.audit import record
from apps.core.clock import database_now
from apps.core.errors import DomainError
from apps.core.permissions import require_permission
from apps.offers.lifecycle import RUNNING, Action, Right, State
from apps.offers.services import note_change
from apps.offers.versions.errors import NotAllowedNow
from apps.offers.versions.events import tell_step
from apps.offers.versions.models import Running, Versioned

Thing = TypeVar("Thing", bound=Versioned)


@dataclass(frozen=True)
class Step:
    """A thing with its row locked, what is done to it, the instant it happens, who does it and why."""

    thing: Any
    action: str
    now: datetime
    actor: User | None
    reason: str = ""

    @property
    def before(self) -> dict[str, Any]:
        return facts(self.thing)


def lock(thing: Thing) -> Thing:
    """The thing as it stands now, its row locked until the transaction ends."""
    return type(thing)._default_manager.select_for_update(of=("self",)).get(pk=thing.pk)


def permit(actor: User | None, model: type[Versioned] | Versioned, right: Right) -> None:
    """Raise Forbidden unless `actor` has `right`, over a thing of theirs; None is the portal itself (an import)."""
    if actor is None:
        return
    require_permission(actor, model.RIGHTS[right])
    if isinstance(model, Versioned):
        require_own(actor, model)


def begin(thing: Versioned, action: Action, actor: User, reason: str = "") -> Step:
    """Check that `actor` may do `action` now; nothing has changed when this raises."""
    permission = thing.TABLE.permission_for(action)
    assert permission is not None, f"{action} is the schedule's"
    require_permission(actor, permission)
    locked = lock(thing)
    require_own(actor, locked)
    return begin_locked(locked, action, actor, reason)


def begin_locked(thing: Versioned, action: Action, actor: User | None, reason: str = "") -> Step:
    """The same for a thing that is locked and an actor whose permission was checked."""
    now = database_now()
    row = thing.TABLE.allowed(thing.status, thing.pending, action)
    if row is None:
        raise NotAllowedNow(action, thing.status, thing.pending)
    check_not_over(thing, now)
    if row.needs_reason and not reason.strip():
        raise DomainError("reason_required", _("Say why."), "reason")
    return Step(thing, action, now, actor, reason.strip())


def check_not_over(thing: Versioned, now: datetime) -> None:
    """The clock decides: past its end a thing is over, even before the sweep has said so."""
    if isinstance(thing, Running) and thing.status in RUNNING and now >= thing.ends_at:
        raise DomainError("over", _("Its time is over."), ends_at=thing.ends_at)


def state_by_clock(thing: Running, now: datetime) -> State:
    """Live inside its window, else approved."""
    return State.LIVE if thing.starts_at <= now < thing.ends_at else State.APPROVED


def facts(thing: Versioned) -> dict[str, Any]:
    """What the audit log says of a thing's state."""
    said: dict[str, Any] = {"status": thing.status}
    if isinstance(thing, Running):
        said["revocation_pending"] = thing.revocation_pending
        if thing.end_reason:
            said["end_reason"] = thing.end_reason
    return said


def finish(
    step: Step,
    before: Mapping[str, Any],
    *,
    action: str = "",
    after: Mapping[str, Any] | None = None,
    prices: bool = False,
) -> None:
    """Write the thing, its audit entry, its events and, when it `prices` otherwise now, the change for the book."""
    thing = step.thing
    thing.updated_at = step.now
    thing.save()
    record(
        action=audit_action(thing, action or step.action),
        subject=thing,
        actor=step.actor,
        before=before,
        after={**facts(thing), **(after or {})},
        reason=step.reason,
    )
    tell_step(thing, action or step.action, step.now, before, {**_why(step), **(after or {})})
    if prices and thing.OFFER_OWNER is not None:
        note_change([thing.code])


def _why(step: Step) -> dict[str, str]:
    return {"reason": step.reason} if step.reason else {}


def audit_action(thing: Versioned | type[Versioned], action: str) -> str:
    """`activity.pause`, `campaign.pause`, `template.stop_issuing`."""
    return f"{thing.DOCUMENT}.{action}"
