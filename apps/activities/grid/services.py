"""Writing the table: into the draft, or one opened beside what runs, under the editor's own conflict check."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from apps.accounts.models import User
from apps.activities.grid.table import Table, with_table
from apps.activities.models import Activity
from apps.offers.lifecycle import Right
from apps.offers.versions import drafts
from apps.offers.versions.errors import EditConflict
from apps.offers.versions.models import Version
from apps.offers.versions.steps import lock, permit


@dataclass(frozen=True, slots=True)
class Seen:
    """Which save of which version the page showed."""

    version: int
    revision: int


@transaction.atomic
def save_table(*, activity: Activity, table: Table, actor: User, seen: Seen) -> Version:
    """Put the table into the open draft; where only the running version was seen, into a new draft beside it.

    Raises EditConflict when somebody else saved meanwhile, DocumentFaults with every fault of the document.
    """
    permit(actor, activity, Right.EDIT)
    locked = lock(activity)
    version = locked.open_version()
    if version is not None:
        if version.number != seen.version:
            raise EditConflict(seen.revision, version.revision)
        revision = seen.revision
    else:
        if locked.current is None or locked.current.number != seen.version:
            raise EditConflict(seen.revision, 0)
        version = drafts.revise(thing=locked, actor=actor)
        revision = version.revision
    return drafts.save_draft(
        thing=locked, content=with_table(version.content, table), actor=actor, seen_revision=revision
    )
