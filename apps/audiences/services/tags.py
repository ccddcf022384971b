"""Tags and their categories: described by people, found on customers by the portal."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import connection, transaction

from apps.audiences.models import Tag, TagCategory
from apps.core.audit import record

COLLECT = """
INSERT INTO audiences_tag (text, name, note, in_use)
SELECT DISTINCT tag, '', '', true FROM audiences_customer, unnest(tags) AS tag
ON CONFLICT (text) DO NOTHING
"""


@transaction.atomic
def save_tag(*, entry: Tag | TagCategory, actor: AbstractUser) -> None:
    """Write a tag or a category that a person described."""
    stored = type(entry)._default_manager.select_for_update(of=("self",)).filter(pk=entry.pk).first()
    before, after = None if stored is None else _told(stored), _told(entry)
    if before == after:
        return
    entry.save()
    record(
        action=f"{entry._meta.label_lower}.{'add' if before is None else 'change'}",
        subject=entry,
        actor=actor,
        before=None if before is None else {n: v for n, v in before.items() if v != after[n]},
        after={n: v for n, v in after.items() if before is None or v != before[n]},
    )


def _told(entry: Tag | TagCategory) -> dict[str, Any]:
    return {f.name: getattr(entry, f.attname) for f in entry._meta.concrete_fields if not f.primary_key}


@transaction.atomic
def collect_tags() -> int:
    """Make records of tags that customers have and nobody described; their number."""
    with connection.cursor() as cursor:
        cursor.execute(COLLECT)
        return cursor.rowcount
