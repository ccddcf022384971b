"""The document of an event (大促): a window with a budget over all that belongs to it."""

from __future__ import annotations

from typing import Any

from apps.offers.documents.texts import name_or
from apps.pricing.faults import Reader


def read_event(reader: Reader) -> dict[str, Any]:
    code = reader.code("code", required=True)
    budget = reader.child("budget")
    event = {
        "code": code or "",
        "name": name_or(reader, code),
        "starts_at": reader.time("starts_at"),
        "ends_at": reader.time("ends_at"),
        "budget": {"amount": budget.integer("amount", minimum=1)},
    }
    budget.close()
    reader.close()
    return event
