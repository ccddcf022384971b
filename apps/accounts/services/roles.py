"""Roles change by two people: one administrator asks, another one confirms. Taking a role away is one person's."""

from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import GrantState, RoleGrant, User
from apps.core.audit import record
from apps.core.clock import database_now
from apps.core.errors import DomainError, FourEyes
from apps.core.locks import AdvisoryLock, hold
from apps.core.permissions import require_permission
from apps.core.roles import LABELS, Role

MIN_ADMINISTRATORS = 2


@transaction.atomic
def request_role(*, user: User, role: Role, actor: User, reason: str = "") -> RoleGrant:
    """Ask that `user` gets `role`; a second administrator decides."""
    require_permission(actor, "accounts.assign_role")
    if user.groups.filter(name=role).exists():
        raise DomainError("role_held", _("%(user)s already has this role."), "role", user=user.get_username())
    try:
        with transaction.atomic():
            grant = RoleGrant.objects.create(user=user, role=role, requested_by=actor, reason=reason)
    except IntegrityError as error:
        raise DomainError(
            "role_pending", _("This role already waits for a second administrator."), "role"
        ) from error
    record(action="accounts.request_role", subject=user, actor=actor, after={"role": role}, reason=reason)
    return grant


@transaction.atomic
def confirm_role(*, grant: RoleGrant, actor: User) -> None:
    """The second administrator agrees: the role counts from now on."""
    locked = _decide(grant, actor, GrantState.CONFIRMED)
    _add(locked.user, Role(locked.role))
    record(action="accounts.confirm_role", subject=locked.user, actor=actor, after={"role": locked.role})


@transaction.atomic
def reject_role(*, grant: RoleGrant, actor: User, reason: str = "") -> None:
    """The second administrator refuses; nothing changes for the user."""
    locked = _decide(grant, actor, GrantState.REJECTED)
    record(
        action="accounts.reject_role",
        subject=locked.user,
        actor=actor,
        before={"role": locked.role},
        reason=reason,
    )


@transaction.atomic
def remove_role(*, user: User, role: Role, actor: User, reason: str = "") -> None:
    """Take `role` away at once; two administrators must remain, or nobody could confirm anybody."""
    require_permission(actor, "accounts.assign_role")
    hold(AdvisoryLock.ROLE_GRANT)
    if not user.groups.filter(name=role).exists():
        raise DomainError(
            "role_not_held", _("%(user)s does not have this role."), "role", user=user.get_username()
        )
    if role is Role.ADMINISTRATOR and _administrators() <= MIN_ADMINISTRATORS:
        raise DomainError("last_administrators", _("Two administrators must remain."), "role")
    user.groups.remove(Group.objects.get(name=role))
    record(action="accounts.remove_role", subject=user, actor=actor, before={"role": role}, reason=reason)


@transaction.atomic
def set_up_role(*, user: User, role: Role) -> None:
    """At set-up, from the command line only: the first two administrators have nobody to confirm them."""
    hold(AdvisoryLock.ROLE_GRANT)
    if role is Role.APPROVER or (role is Role.ADMINISTRATOR and _administrators() >= MIN_ADMINISTRATORS):
        raise FourEyes(_("This role needs two administrators: one who asks for it and one who confirms it."))
    _add(user, role)
    record(action="accounts.set_up_role", subject=user, actor="system:create_user", after={"role": role})


def _decide(grant: RoleGrant, actor: User, state: GrantState) -> RoleGrant:
    require_permission(actor, "accounts.confirm_role")
    locked = RoleGrant.objects.select_for_update().select_related("user").get(pk=grant.pk)
    if locked.state != GrantState.PENDING:
        raise DomainError("wrong_state", _("This request has already been decided."))
    if actor.pk in (locked.requested_by_id, locked.user_id):
        raise FourEyes(
            _("%(role)s must be confirmed by an administrator who neither asked for it nor gets it.")
            % {"role": LABELS[Role(locked.role)]}
        )
    locked.state, locked.decided_by, locked.decided_at = state, actor, database_now()
    locked.save(update_fields=["state", "decided_by", "decided_at"])
    return locked


def _add(user: User, role: Role) -> None:
    user.groups.add(Group.objects.get_or_create(name=role.value)[0])


def _administrators() -> int:
    return User.objects.filter(groups__name=Role.ADMINISTRATOR, is_active=True).count()
