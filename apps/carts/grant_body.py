"""The body of `POST /grants`: coupons that the shop's own programs give to a customer."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from apps.carts.bodies import MAX_WORD, Code, RiskBody
from apps.carts.decode import BodyReader
from apps.pricing.faults import Reader

MOST = 200
MAX_REASON = 500
#: what the shop may name; claims, codes, pushes, events and rewards have their own ways
SOURCES = ("service_compensation", "lottery", "membership", "registration", "referral")
WORDS = "|".join(SOURCES)


class GrantBody(Struct, forbid_unknown_fields=True):
    """All of these coupons or none."""

    template: Code
    customer: Code
    quantity: Annotated[int, Meta(ge=1, le=MOST)]
    source: Annotated[str, Meta(pattern=rf"\A({WORDS})\Z", extra_json_schema={"pattern": f"^({WORDS})$"})]
    reason: Annotated[str, Meta(min_length=1, max_length=MAX_REASON)]
    risk: RiskBody | UnsetType | None = UNSET


def _sound(body: GrantBody) -> bool:
    return bool(body.reason.strip())


def _find_faults(reader: Reader) -> None:
    reader.code("template", required=True)
    reader.code("customer", required=True)
    reader.integer("quantity", minimum=1, maximum=MOST, required=True)
    reader.text("source", required=True, choices=SOURCES)
    reason = reader.text("reason", required=True, longest=MAX_REASON)
    if reason is not None and not reason.strip():
        reader.fault("reason", "required", "is required")
    risk = reader.child("risk")
    for mark in ("device", "ip", "address_hash"):
        risk.text(mark, longest=MAX_WORD)
    risk.close()
    reader.close()


GRANTS = BodyReader(GrantBody, _sound, _find_faults)
