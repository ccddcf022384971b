"""Which placements a person may pick, and what they are called in their language."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import get_language

from apps.offers.models import PlacementRecord


def placement_choices(chosen: Iterable[str] = ()) -> list[tuple[str, str]]:
    """(code, label) of those in use, in the order of the way through a shop; and of others that were chosen before."""
    chinese = (get_language() or "zh").startswith("zh")
    rows = list(PlacementRecord.objects.order_by("position", "code"))
    kept, described = set(chosen), {row.code for row in rows}
    shown = [(row.code, _label(row, chinese)) for row in rows if row.is_active or row.code in kept]
    return shown + [(code, code) for code in sorted(kept - described)]


def _label(placement: PlacementRecord, chinese: bool) -> str:
    return (placement.name_zh if chinese else placement.name_en) or placement.code
