"""One entry of the catalogue changed by one person."""

from typing import Any, TypeVar

from django.contrib.auth.models import AbstractUser
from django.db import models, transaction

from apps.accounts.scope import require_own, require_shop
from apps.approvals.models import ApprovalRequest
from apps.catalog.models import Brand, Category, Shop, Sku
from apps.catalog.services.category_tree import lock_category_tree, rebuild_paths
from apps.catalog.services.protection import settle_protected_change
from apps.core.audit import record
from apps.core.clock import database_now

Entry = TypeVar("Entry", bound=models.Model)

DERIVED = frozenset({"path", "excluded_all", "category_path", "updated_at"})


@transaction.atomic
def save_vendor(*, entry: Shop | Brand, actor: AbstractUser, reason: str = "") -> None:
    """Write a new or changed shop or brand."""
    _write(entry, _stored(entry), actor, reason)


@transaction.atomic
def save_category(*, entry: Category, actor: AbstractUser, reason: str = "") -> ApprovalRequest | None:
    """Write a category and the paths of all below it; the request for its exclusions, where those wait for another.

    Raises DomainError `category_loop` or `category_depth` on `parent`, Forbidden for its exclusions.
    """
    lock_category_tree()
    before = _stored(entry)
    entry.excluded_from = sorted(set(entry.excluded_from))
    asked = settle_protected_change(before=before, after=entry, actor=actor, reason=reason)
    entry.path = [entry.code] if before is None else before.path
    entry.excluded_all = entry.excluded_from if before is None else before.excluded_all
    _write(entry, before, actor, reason)
    rebuild_paths()
    entry.refresh_from_db()
    return asked


@transaction.atomic
def save_sku(*, entry: Sku, actor: AbstractUser, reason: str = "") -> ApprovalRequest | None:
    """Write a SKU; the request for its minimum price or exclusions, where those wait for another person.

    Raises Forbidden for them without that permission, and DomainError already_asked.
    """
    before = _stored(entry)
    if before is not None:
        require_own(actor, before)
    require_shop(actor, entry.shop_id or "")
    entry.excluded_from = sorted(set(entry.excluded_from))
    asked = settle_protected_change(before=before, after=entry, actor=actor, reason=reason)
    entry.updated_at = database_now()
    _write(entry, before, actor, reason)
    entry.refresh_from_db()
    return asked


def _stored(entry: Entry) -> Entry | None:
    """The row as it stands, locked, so that the audit log tells what this change replaced."""
    rows = type(entry)._default_manager.select_for_update(no_key=True)
    return rows.filter(pk=entry.pk).first()


def _write(entry: models.Model, before: models.Model | None, actor: AbstractUser, reason: str) -> None:
    """Save and note what changed; nothing happens where nothing did."""
    new = _values(entry)
    old = {} if before is None else _values(before)
    changed = [name for name in new if before is None or old[name] != new[name]]
    if not changed:
        return
    entry.save(force_insert=before is None, force_update=before is not None)
    record(
        action=f"{entry._meta.label_lower}.{'add' if before is None else 'change'}",
        subject=entry,
        actor=actor,
        before={name: old[name] for name in changed} if before is not None else None,
        after={name: new[name] for name in changed},
        reason=reason,
    )


def _values(entry: models.Model) -> dict[str, Any]:
    fields = [f for f in entry._meta.concrete_fields if f.name not in DERIVED]
    return {f.name: getattr(entry, f.attname) for f in fields}
