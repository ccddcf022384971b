"""From when until when a coupon may be used, as its template's document says it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from apps.offers.compile import instant
from apps.offers.documents.template import ValidityMode

DAY = timedelta(hours=24)


def validity_at(validity: Mapping[str, Any] | None, issued_at: datetime) -> tuple[datetime, datetime | None]:
    """Half open; no end: always."""
    if validity is None:
        return issued_at, None
    if validity["mode"] == ValidityMode.RELATIVE:
        starts_at = issued_at + validity["delay_days"] * DAY
        return starts_at, starts_at + validity["days"] * DAY
    starts, ends = instant(validity["from"]), instant(validity["until"])
    assert starts is not None
    return starts, ends
