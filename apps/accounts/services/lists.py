"""How people keep their lists: stars, and filters saved under a name, for themselves or for their shops."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Favourite, SavedFilter, User
from apps.core.errors import DomainError, Forbidden

MOST_FILTERS = 50


def toggle_star(*, user: User, row: Model) -> bool:
    """Put a star on something or take it away; whether it has one now."""
    mark = {"user": user, "subject_type": row._meta.label_lower, "subject_key": str(row.pk)}
    if Favourite.objects.filter(**mark).delete()[0]:
        return False
    Favourite.objects.bulk_create([Favourite(**mark)], ignore_conflicts=True)
    return True


def filters_for(user: Any, listed: str) -> QuerySet[SavedFilter]:
    """A person's own, and those that others share: with everybody, or with the shops both work for."""
    shared = Q(shared=True)
    if user.shops:
        shared &= Q(owner__shops=[]) | Q(owner__shops__overlap=user.shops)
    found = SavedFilter.objects.filter(Q(owner_id=user.pk) | shared, listed=listed)
    return found.select_related("owner").order_by("name", "id")


def save_filter(*, user: User, listed: str, name: str, query: str, shared: bool = False) -> SavedFilter:
    """Keep a view of a list under a name; the same name again replaces it. Errors: name_required, too_many."""
    called = name.strip()
    if not called:
        raise DomainError("name_required", _("Give it a name."), "name")
    own = SavedFilter.objects.filter(owner=user, listed=listed)
    if own.exclude(name=called).count() >= MOST_FILTERS:
        raise DomainError("too_many", _("At most %(most)s at once."), "name", most=MOST_FILTERS)
    values = {"query": query[:2_000], "shared": shared}
    try:
        with transaction.atomic():
            return SavedFilter.objects.update_or_create(
                owner=user, listed=listed, name=called[:60], defaults=values
            )[0]
    except IntegrityError:  # two windows at once: the other one was faster
        own.filter(name=called[:60]).update(**values)
        return own.get(name=called[:60])


def remove_filter(*, user: User, saved: SavedFilter) -> None:
    if saved.owner_id != user.pk:
        raise Forbidden("not_yours", _("Only the person who saved it can remove it."))
    saved.delete()
