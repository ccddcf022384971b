"""Creating and changing accounts, with an audit entry for each change that matters."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core.audit import Actor, record
from apps.core.errors import DomainError, FourEyes
from apps.core.permissions import require_permission
from apps.core.roles import Role

AUDITED = ("username", "first_name", "last_name", "email", "is_active", "shops")


@transaction.atomic
def create_user(*, username: str, password: str, actor: User | Actor | str, **fields: Any) -> User:
    """A new account, without any role: it can sign in and see nothing."""
    if isinstance(actor, User):
        require_permission(actor, "accounts.add_user")
    user = User.objects.create_user(username, password=password, is_staff=True, **fields)
    note_new_user(user=user, actor=actor)
    return user


@transaction.atomic
def save_user(*, user: User, changed: Iterable[str], actor: User) -> None:
    """Write an edited account; `changed` are the fields that the form touched."""
    require_permission(actor, "accounts.change_user")
    before = User.objects.select_for_update().get(pk=user.pk)
    if before.shops != user.shops and user.pk == actor.pk:
        raise FourEyes(_("Another administrator must say which shops you work for."))
    if before.is_active and not user.is_active:
        _check_administrators_remain(before)
    user.save()
    names = [name for name in AUDITED if name in set(changed)]
    if names:
        record(
            action="accounts.change_user",
            subject=user,
            actor=actor,
            before={name: getattr(before, name) for name in names},
            after={name: getattr(user, name) for name in names},
        )


def note_new_user(*, user: User, actor: User | Actor | str) -> None:
    """The audit entry of an account that a form has just saved."""
    after = {"username": user.get_username(), **({"shops": user.shops} if user.shops else {})}
    record(action="accounts.create_user", subject=user, actor=actor, after=after)


def note_password(*, user: User, actor: User) -> None:
    """The audit entry of a new password: who set it, not what it is."""
    record(action="accounts.set_password", subject=user, actor=actor)


def _check_administrators_remain(user: User) -> None:
    administrators = User.objects.filter(groups__name=Role.ADMINISTRATOR, is_active=True)
    if administrators.filter(pk=user.pk).exists() and administrators.count() <= 2:
        raise DomainError("last_administrators", _("Two administrators must remain."), "is_active")
