"""Handing things over to a colleague. Whoever wrote in a version may still not approve it: only the owner changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.scope import for_shop, may_write, require_own
from apps.approvals.notices import MODEL_BACKEND, notify
from apps.core.audit import Entry, record_all
from apps.core.clock import database_now
from apps.core.errors import DomainError
from apps.offers.lifecycle import Right
from apps.offers.versions.models import Versioned
from apps.offers.versions.steps import audit_action, permit

MOST_AT_ONCE = 1_000


def colleagues_for(model: type[Versioned], shop: str) -> QuerySet[Any]:
    """Who may own a thing of that shop: everybody active who may edit such things and works for it."""
    people = User.objects.with_perm(model.RIGHTS[Right.EDIT], include_superusers=False, backend=MODEL_BACKEND)
    return for_shop(people, shop).order_by("username")


@transaction.atomic
def hand_over(*, model: type[Versioned], keys: Iterable[int], to: User, actor: User, reason: str = "") -> int:
    """Make `to` the owner; the number that changed hands. All or nothing.

    Errors: Forbidden, too_many, not_a_colleague.
    """
    permit(actor, model, Right.EDIT)
    wanted = sorted(set(keys))
    if len(wanted) > MOST_AT_ONCE:
        raise DomainError("too_many", _("At most %(most)s at once."), most=MOST_AT_ONCE)
    locked = model.rows().select_for_update(of=("self",)).filter(pk__in=wanted)
    things = list(locked.select_related("owner").order_by("pk"))
    for thing in things:
        require_own(actor, thing)
    if not to.is_active or not to.has_perm(model.RIGHTS[Right.EDIT]):
        raise _no_colleague(to)
    if not all(may_write(to, thing) for thing in things):
        raise _no_colleague(to)
    moved = [thing for thing in things if thing.owner_id != to.pk]
    model.rows().filter(pk__in=[thing.pk for thing in moved]).update(owner=to, updated_at=database_now())
    record_all(
        Entry(
            action=audit_action(thing, "hand_over"),
            subject=thing,
            actor=actor,
            before={"owner": thing.owner.get_username() if thing.owner else None},
            after={"owner": to.get_username()},
            reason=reason.strip(),
        )
        for thing in moved
    )
    if moved and to.pk != actor.pk:
        _tell(moved, to, actor, reason.strip())
    return len(moved)


def _no_colleague(to: User) -> DomainError:
    message = _("%(who)s cannot own this: no such right, or another shop.")
    return DomainError("not_a_colleague", message, "to", who=str(to))


def _tell(moved: list[Any], to: User, actor: User, reason: str) -> None:
    title = moved[0].title if len(moved) == 1 else f"{moved[0].title} +{len(moved) - 1}"
    one = moved[0] if len(moved) == 1 else None
    notify(
        users=[to.pk],
        code="thing.handed_over",
        params={"title": title, "actor": str(actor), "reason": reason},
        subject_type=one.kind_of_thing() if one else "",
        subject_code=one.code if one else "",
    )
