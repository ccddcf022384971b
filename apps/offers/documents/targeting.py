"""`targeting`: whom an offer is for. Lists must all match, entries of one list are alternatives."""

from __future__ import annotations

from typing import Any

from apps.pricing.faults import Reader

MAX_LEVEL = 1_000_000


def read_targeting(owner: Reader, key: str = "targeting") -> dict[str, Any]:
    reader = owner.child(key)
    targeting = {
        "audiences": sorted(reader.codes("audiences", refers_to="audience")),
        "member_levels": read_numbers(reader, "member_levels", 0, MAX_LEVEL),
        "new_customers_only": reader.flag("new_customers_only"),
        "channels": sorted(reader.texts("channels")),
        "terminals": sorted(reader.texts("terminals")),
        "regions": sorted(reader.texts("regions")),
    }
    reader.close()
    return targeting


def read_numbers(reader: Reader, key: str, minimum: int, maximum: int) -> list[int]:
    """A sorted set of whole numbers."""
    found = {
        number
        for path, value in reader.elements(key)
        if (number := reader.check_integer(value, path, minimum, maximum)) is not None
    }
    return sorted(found)
