"""The body of `POST /codes/claims`: a code as a customer typed it, and who they are."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from apps.carts.bodies import MAX_WORD, Code, RiskBody, Word
from apps.carts.decode import BodyReader
from apps.pricing.faults import Reader


class CodeClaimBody(Struct, forbid_unknown_fields=True):
    """Case, width, spaces and dashes of the code don't count."""

    code: Word
    customer: Code
    risk: RiskBody | UnsetType | None = UNSET


def _sound(body: CodeClaimBody) -> bool:
    return True


def _find_faults(reader: Reader) -> None:
    reader.text("code", required=True, longest=MAX_WORD)
    reader.code("customer", required=True)
    risk = reader.child("risk")
    for mark in ("device", "ip", "address_hash"):
        risk.text(mark, longest=MAX_WORD)
    risk.close()
    reader.close()


CODE_CLAIMS = BodyReader(CodeClaimBody, _sound, _find_faults)
