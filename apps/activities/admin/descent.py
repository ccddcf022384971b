"""Where an activity was copied from, and what the reviews of those before it concluded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from apps.activities.models import Activity, CopiedMember
from apps.offers.conclusions import Conclusion, conclusion_of

#: copies of copies: as far back as anybody would read
FURTHEST = 5


@dataclass(frozen=True, slots=True)
class Concluded:
    """`name` is what the reviewed activity was called."""

    name: str
    said: Conclusion


def conclusions_before(activity: Activity, *, itself: bool = False) -> list[Concluded]:
    """The conclusion of the nearest ancestor that has one; to who copies it, that of the activity `itself` first."""
    for code in [*([activity.code] if itself else []), *_ancestors(activity)]:
        said = conclusion_of(Activity.DOCUMENT, code)
        if said is not None:
            name = Activity.objects.filter(code=code).values_list("name", flat=True).first()
            return [Concluded(name or code, said)]
    return []


def _ancestors(activity: Activity) -> Iterator[str]:
    """Codes, the nearest first."""
    code, source = activity.code, activity.copied_from
    for _step in range(FURTHEST):
        source = source or _member_source(code)
        if not source:
            return
        yield source
        code = source
        source = Activity.objects.filter(code=code).values_list("copied_from", flat=True).first() or ""


def _member_source(code: str) -> str:
    """What came along with a copied event."""
    copied = CopiedMember.objects.filter(document=Activity.DOCUMENT, code=code)
    return copied.values_list("source", flat=True).first() or ""
