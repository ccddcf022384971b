"""Minimum prices and exclusions keep offers away from SKUs: to change them is more than to change data.

It takes a permission, and where an approved offer reaches the SKU a second person: then the change becomes a request,
bound to the values before and after, while all else that was edited is saved.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.utils.translation import gettext_lazy as _

from apps.approvals.models import ApprovalRequest
from apps.approvals.uses import uses_of
from apps.catalog.models import Category, Sku
from apps.catalog.models.sku import PROTECTED
from apps.catalog.services.protecting import ask
from apps.core.errors import Forbidden

PERMISSION = "catalog.change_min_price"
#: by model, as offers name what they use
USED_AS: dict[type[Any], str] = {Sku: "sku", Category: "category"}


def protected_changes(before: Sku | Category | None, after: Sku | Category) -> dict[str, tuple[Any, Any]]:
    """Old and new values by field; nothing for a new entry, which protected nothing yet."""
    if before is None:
        return {}
    fields = [name for name in PROTECTED if hasattr(after, name)]
    pairs = {name: (getattr(before, name), getattr(after, name)) for name in fields}
    return {name: (old, new) for name, (old, new) in pairs.items() if old != new}


def allow_protected_change(
    *, before: Sku | Category | None, after: Sku | Category, actor: AbstractUser
) -> None:
    """Raise Forbidden on the field unless this person may change what protects prices."""
    changes = protected_changes(before, after)
    if changes and not actor.has_perm(PERMISSION):
        raise Forbidden(
            message=_("You may not change minimum prices or exclusions."), field=next(iter(changes))
        )


def settle_protected_change(
    *, before: Sku | Category | None, after: Sku | Category, actor: Any, reason: str = ""
) -> ApprovalRequest | None:
    """Let a change pass where no approved offer is concerned; else ask for it and put the old values back in `after`.

    The caller has locked the row. Raises Forbidden, and DomainError already_asked while another change waits.
    """
    allow_protected_change(before=before, after=after, actor=actor)
    changes = protected_changes(before, after)
    if before is None or not changes or not uses_of(USED_AS[type(after)], [after.pk]):
        return None
    wanted = {name: new for name, (_old, new) in changes.items()}
    for name, (old, _new) in changes.items():
        setattr(after, name, old)
    return ask(rows=[(before, wanted)], actor=actor, reason=reason)
