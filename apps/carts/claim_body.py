"""The body of `POST /claim-campaigns/{code}/claims`: who claims, and from where."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from apps.carts.bodies import MAX_WORD, Code, RiskBody, Word
from apps.carts.decode import BodyReader
from apps.pricing.faults import Reader


class ClaimBody(Struct, forbid_unknown_fields=True):
    """A campaign for some channels, terminals or regions is told where the customer is, as a quote is.

    Without a `region` the stored one of the customer counts.
    """

    customer: Code
    channel: Word | UnsetType | None = UNSET
    terminal: Word | UnsetType | None = UNSET
    region: Word | UnsetType | None = UNSET
    risk: RiskBody | UnsetType | None = UNSET


def _sound(body: ClaimBody) -> bool:
    return True


def _find_faults(reader: Reader) -> None:
    reader.code("customer", required=True)
    for origin in ("channel", "terminal", "region"):
        reader.text(origin, longest=MAX_WORD)
    risk = reader.child("risk")
    for mark in ("device", "ip", "address_hash"):
        risk.text(mark, longest=MAX_WORD)
    risk.close()
    reader.close()


CLAIMS = BodyReader(ClaimBody, _sound, _find_faults)
