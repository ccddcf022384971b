"""What differs between two tables, SKU by SKU, each in one group: added, repriced, restocked, removed, the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from apps.activities.grid.table import Entry


class Group(StrEnum):
    ADDED = "added"
    REPRICED = "repriced"
    RESTOCKED = "restocked"
    REMOVED = "removed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Line:
    """One SKU that differs; None: it is not there."""

    group: Group
    sku: str
    old: Entry | None
    new: Entry | None


@dataclass(frozen=True)
class Changes:
    lines: Sequence[Line] = field(default_factory=tuple)
    same: int = 0

    def counts(self) -> dict[str, int]:
        found = dict.fromkeys(Group, 0)
        for line in self.lines:
            found[line.group] += 1
        return {**{group.value: number for group, number in found.items()}, Group.SAME.value: self.same}


def changes(before: Mapping[str, Entry], after: Mapping[str, Entry], *, removes: bool = True) -> Changes:
    """From `before` to `after`; without `removes` what `after` doesn't name stays as it is."""
    lines, same = [], 0
    for sku, new in after.items():
        old = before.get(sku)
        group = _group(old, new)
        if group is Group.SAME:
            same += 1
        else:
            lines.append(Line(group, sku, old, new))
    gone = [sku for sku in before if sku not in after]
    if not removes:
        return Changes(tuple(lines), same + len(gone))
    removed = [Line(Group.REMOVED, sku, before[sku], None) for sku in gone]
    return Changes((*lines, *removed), same)


def _group(old: Entry | None, new: Entry) -> Group:
    if old is None:
        return Group.ADDED
    if old.price != new.price:
        return Group.REPRICED
    return Group.SAME if old.stock == new.stock else Group.RESTOCKED
