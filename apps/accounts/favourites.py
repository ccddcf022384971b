"""Stars: what a person marked to find it again. Shown first by ⌘K and on a tab of each list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import BooleanField, Exists, OuterRef, Value
from django.db.models.fields import CharField
from django.db.models.functions import Cast

from apps.accounts.models import Favourite

Found = Sequence[tuple[type[Any], Any]]


def starred_by(user: Any, model: type[Any]) -> Any:
    """For lists: whether each row has this person's star, in the list's own statement."""
    if not getattr(user, "pk", None):
        return Value(False, output_field=BooleanField())
    stars = Favourite.objects.filter(
        user_id=user.pk, subject_type=model._meta.label_lower, subject_key=Cast(OuterRef("pk"), CharField())
    )
    return Exists(stars)


def starred_first(user: Any, found: Found) -> list[tuple[type[Any], Any]]:
    """The same rows, those with a star before the others."""
    keys = set(Favourite.objects.filter(user_id=user.pk).values_list("subject_type", "subject_key"))
    return sorted(found, key=lambda pair: (pair[0]._meta.label_lower, str(pair[1].pk)) not in keys)
