"""`bearers`: who pays for the discount, in basis points that add up to all of it."""

from __future__ import annotations

from typing import Any

from apps.pricing.faults import Reader
from apps.pricing.money import BPS

PLATFORM, SHOP, BRAND = "platform", "shop", "brand:"


def read_bearers(owner: Reader, key: str = "bearers") -> list[dict[str, Any]]:
    """`[{party, bps}]` in the order given; an empty list says nothing."""
    bearers: list[dict[str, Any]] = []
    seen: set[str] = set()
    for reader in owner.children(key, longest=50):
        party = _read_party(reader)
        bps = reader.integer("bps", required=True, maximum=BPS)
        reader.close()
        if party is not None and party in seen:
            reader.fault("party", "duplicate", "is named twice")
        seen.add(party or "")
        bearers.append({"party": party or "", "bps": bps})
    if bearers and all(bearer["bps"] is not None for bearer in bearers):
        total = sum(bearer["bps"] for bearer in bearers)
        if total != BPS:
            owner.fault(key, "sum", "must add up to %(whole)s, not %(total)s", whole=BPS, total=total)
    return bearers


def _read_party(reader: Reader) -> str | None:
    party = reader.text("party", required=True, longest=80)
    if party is None or party in (PLATFORM, SHOP):
        return party
    if not party.startswith(BRAND):
        reader.fault("party", "party", "must be platform, shop or brand:CODE")
        return party
    reader.check_code(party.removeprefix(BRAND), reader.at("party"), "brand")
    return party
