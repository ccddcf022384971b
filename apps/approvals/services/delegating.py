"""An approver names who decides for them while they are away; ended at once by either side or an administrator."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.approvals.models import Delegation
from apps.approvals.notices import notify, people_with
from apps.approvals.selectors import DECIDE
from apps.core.audit import Subject, record
from apps.core.clock import database_now
from apps.core.errors import DomainError, Forbidden, FourEyes
from apps.core.permissions import require_permission

NAME = "approvals.name_delegate"
READ = "approvals.view_approvalrequest"
CONFIRM = "accounts.confirm_role"
LONGEST = timedelta(days=92)


@transaction.atomic
def name_delegate(
    *, principal: User, delegate: User, starts_at: datetime, ends_at: datetime, reason: str = ""
) -> Delegation:
    """For `[starts_at, ends_at)`. One who is no approver yet must be confirmed by an administrator first."""
    require_permission(principal, NAME)
    _check_people(principal, delegate)
    _check_time(principal, delegate, starts_at, ends_at)
    delegation = Delegation.objects.create(
        principal=principal,
        delegate=delegate,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason.strip(),
        needs_confirmation=not delegate.has_perm(DECIDE),
    )
    _record(delegation, "name_delegate", principal, reason)
    _tell(delegation, "delegation.named", principal, [delegate.pk])
    if delegation.needs_confirmation:
        administrators = set(people_with(CONFIRM)) - {principal.pk, delegate.pk}
        _tell(delegation, "delegation.confirm", principal, sorted(administrators))
    return delegation


@transaction.atomic
def confirm_delegation(*, delegation: Delegation, actor: User) -> Delegation:
    """An administrator who neither named nor was named agrees that somebody decides for a time."""
    require_permission(actor, CONFIRM)
    locked = _lock(delegation)
    if actor.pk in (locked.principal_id, locked.delegate_id):
        raise FourEyes(_("A delegation is confirmed by an administrator who is neither side of it."))
    if locked.ended_at is not None or locked.confirmed_by_id is not None or not locked.needs_confirmation:
        raise DomainError("wrong_state", _("There is nothing to confirm."))
    locked.confirmed_by = actor
    locked.save(update_fields=["confirmed_by"])
    _record(locked, "confirm_delegation", actor)
    _tell(locked, "delegation.confirmed", actor, [locked.principal_id, locked.delegate_id])
    return locked


@transaction.atomic
def end_delegation(*, delegation: Delegation, actor: User, reason: str = "") -> Delegation:
    """It counts no more from this instant on; a decision under way waits for this or this for it."""
    locked = _lock(delegation)
    if actor.pk not in (locked.principal_id, locked.delegate_id) and not actor.has_perm(CONFIRM):
        raise Forbidden()
    if locked.ended_at is not None:
        raise DomainError("wrong_state", _("It has ended already."))
    locked.ended_at = database_now()
    locked.save(update_fields=["ended_at"])
    _record(locked, "end_delegation", actor, reason)
    others = {locked.principal_id, locked.delegate_id} - {actor.pk}
    _tell(locked, "delegation.ended", actor, sorted(others))
    return locked


def _lock(delegation: Delegation) -> Delegation:
    return Delegation.objects.select_for_update(of=("self",)).get(pk=delegation.pk)


def _check_people(principal: User, delegate: User) -> None:
    if principal.pk == delegate.pk:
        raise DomainError("yourself", _("Name somebody else."), "delegate")
    if not delegate.is_active or not delegate.has_perm(READ):
        raise DomainError(
            "cannot_read",
            _("%(who)s cannot read requests: choose somebody who can."),
            "delegate",
            who=delegate.get_username(),
        )


def _check_time(principal: User, delegate: User, starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= starts_at:
        raise DomainError("end_before_start", _("The end comes before the start."), "ends_at")
    if ends_at <= database_now():
        raise DomainError("over", _("This time is over."), "ends_at")
    if ends_at - starts_at > LONGEST:
        raise DomainError("too_long", _("At most %(days)s days at a time."), "ends_at", days=LONGEST.days)
    alike = Delegation.objects.filter(principal=principal, delegate=delegate, ended_at=None)
    if alike.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).exists():
        raise DomainError(
            "overlap", _("This person is your delegate in a part of that time already."), "delegate"
        )


def _record(delegation: Delegation, action: str, actor: User, reason: str = "") -> None:
    record(
        action=f"approvals.{action}",
        subject=Subject("accounts.user", str(delegation.principal_id)),
        actor=actor,
        after={
            "delegate": delegation.delegate.get_username(),
            "starts_at": delegation.starts_at.isoformat(),
            "ends_at": delegation.ends_at.isoformat(),
        },
        reason=reason.strip(),
    )


def _tell(delegation: Delegation, code: str, actor: User, users: list[int]) -> None:
    params = {
        "actor": actor.get_username(),
        "delegate": delegation.delegate.get_username(),
        "from": delegation.starts_at.isoformat(),
        "until": delegation.ends_at.isoformat(),
    }
    notify(
        users=users,
        code=code,
        params=params,
        subject_type="approvals.delegation",
        subject_code=delegation.delegate.get_username(),
    )
