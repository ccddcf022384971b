"""The document of a claim campaign: when, where, to whom and how many coupons of which templates."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from apps.offers.documents.display import read_placements
from apps.offers.documents.targeting import read_targeting
from apps.offers.documents.texts import required_name
from apps.pricing.faults import Reader

MAX_PACK_QUANTITY = 200


class CampaignMode(StrEnum):
    """How coupons reach customers: they ask, all get them, or something they did brings them."""

    CLAIM = "claim"
    PUSH = "push"
    ON_REGISTRATION = "on_event:registration"
    ON_LEVEL_UP = "on_event:level_up"
    ON_BIRTHDAY = "on_event:birthday"
    ON_PAID = "on_event:paid"


def read_campaign(reader: Reader) -> dict[str, Any]:
    """The canonical campaign; `template: CODE` alone is written out as one item."""
    code, name = reader.code("code", required=True), required_name(reader)
    quantity = reader.integer("quantity", minimum=1, required=True)
    content = {
        "code": code or "",
        "name": name,
        "items": _read_items(reader),
        "mode": reader.text("mode", choices=tuple(CampaignMode)) or CampaignMode.CLAIM.value,
        "starts_at": reader.time("starts_at", required=True),
        "ends_at": reader.time("ends_at", required=True),
        "quantity": quantity,
        "releases": _read_releases(reader, quantity),
        "per_customer": reader.integer("per_customer", minimum=1),
        "per_customer_per_day": reader.integer("per_customer_per_day", minimum=1),
        "targeting": read_targeting(reader),
        "placements": read_placements(reader),
    }
    reader.close()
    return content


def _read_items(reader: Reader) -> list[dict[str, Any]]:
    """The coupons of one claim: all of them or none."""
    template = reader.code("template", refers_to="template")
    if reader.has("items") == reader.has("template"):
        reader.take("items")
        reader.fault("items", "either", "give either items or template")
        return []
    if template is not None:
        return [{"template": template, "quantity": 1}]
    items, seen = [], set()
    for child in reader.children("items", longest=50):
        code = child.code("template", required=True, refers_to="template")
        quantity = child.integer("quantity", minimum=1, maximum=MAX_PACK_QUANTITY, default=1)
        child.close()
        if code is not None and code in seen:
            child.fault("template", "duplicate", "is named twice")
        seen.add(code)
        items.append({"template": code or "", "quantity": quantity})
    if isinstance(reader.raw.get("items"), list | tuple) and not items:
        reader.fault("items", "empty", "needs at least one template")
    return items


def _read_releases(reader: Reader, quantity: int | None) -> list[dict[str, Any]]:
    """Slots in time order; together they release exactly the quantity."""
    releases: list[dict[str, Any]] = []
    for child in reader.children("releases", longest=10_000):
        at = child.time("at", required=True)
        released = child.integer("quantity", minimum=1, required=True)
        child.close()
        releases.append({"at": at, "quantity": released})
    known = [release["quantity"] for release in releases if release["quantity"] is not None]
    total = sum(known)
    if releases and quantity is not None and len(known) == len(releases) and total != quantity:
        reader.fault(
            "releases", "sum", "must add up to %(whole)s, not %(total)s", whole=quantity, total=total
        )
    return sorted(releases, key=lambda release: release["at"] or "")
