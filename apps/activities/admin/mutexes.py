"""The exclusion groups in use, for the pick list."""

from collections.abc import Iterable, Sequence

from django.db.models.fields.json import KeyTextTransform

from apps.activities.models import ActivityVersion
from apps.offers.lifecycle import VersionState

MOST = 20


def find_mutexes(text: str, codes: Sequence[str] | None) -> Iterable[tuple[str, str]]:
    """Names of groups that drafts or running activities use, with the text in them."""
    if codes is not None:
        return [(code, "") for code in codes]
    versions = ActivityVersion.objects.filter(
        state__in=[VersionState.DRAFT, VersionState.IN_REVIEW, VersionState.APPROVED],
        content__mutex__isnull=False,
    )
    names = versions.annotate(group=KeyTextTransform("mutex", "content")).values_list("group", flat=True)
    found = names.filter(group__icontains=text).order_by("group").distinct()
    return [(name, "") for name in found[:MOST]]
