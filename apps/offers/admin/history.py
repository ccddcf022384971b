"""The history of a versioned thing: each save and each approval by the places of its document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from apps.accounts.admin.field_history import FieldChange, FieldHistory
from apps.core.models import AuditEntry
from apps.offers.admin.words import changes_in_words
from apps.offers.documents import Change, diff
from apps.offers.lifecycle import VersionState

#: said of a thing as a whole, beside its document
OF_THE_THING = ("status", "end_reason", "revocation_pending", "owner", "for_compensation")
COUNTED = (VersionState.APPROVED, VersionState.SUPERSEDED)


class DocumentHistory(FieldHistory):
    """For a VersionedAdmin."""

    form_class: ClassVar[Any]

    def fields_of(self, row: Any, entry: AuditEntry) -> Sequence[FieldChange]:
        after = entry.after or {}
        verb = entry.action.rpartition(".")[2]
        said = self._said(entry)
        if verb == "edit":
            values = [Change(*change) for change in after.get("values", ())]
            return [*said, *self._in_words(row, values)]
        if verb in ("approve", "publish_without_approval") and isinstance(after.get("version"), int):
            return [*said, *self._in_words(row, self._against_the_one_before(row, after["version"]))]
        return said

    def _said(self, entry: AuditEntry) -> list[FieldChange]:
        before = {name: (entry.before or {}).get(name) for name in OF_THE_THING}
        after = {name: (entry.after or {}).get(name) for name in OF_THE_THING}
        told = AuditEntry(
            before=before, after={**before, **{k: v for k, v in after.items() if v is not None}}
        )
        return list(super().fields_of(None, told))

    def _against_the_one_before(self, row: Any, number: int) -> list[Change]:
        """What the version that was approved changed for customers."""
        versions = {one.number: one for one in row.versions.all() if one.state in COUNTED}
        earlier = [known for known in versions if known < number]
        if number not in versions or not earlier:
            return []
        return diff(versions[max(earlier)].content, versions[number].content)

    def _in_words(self, row: Any, changes: Sequence[Change]) -> list[FieldChange]:
        newest = row.versions.order_by("-number").first()
        if newest is None or not changes:
            return []
        form = self.form_class(content=newest.content)
        lines = changes_in_words(changes, form, form, self.currency())
        return [FieldChange(line.label, line.old, line.new) for line in lines]

    def currency(self) -> str:
        raise NotImplementedError
