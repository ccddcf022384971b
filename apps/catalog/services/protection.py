"""Minimum prices and exclusions keep offers away from SKUs: to change them is more than to change data.

Today it takes a permission and is audited. Approval, when it covers them, belongs in
`allow_protected_change`: there the change would become a request instead of being let through.
"""

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import Category, Sku
from apps.catalog.models.sku import PROTECTED
from apps.core.errors import Forbidden

PERMISSION = "catalog.change_min_price"


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
