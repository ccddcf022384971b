"""Refusals."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType


class FaultAnswer(Struct, forbid_unknown_fields=True):
    path: str
    code: str
    message: str


class Problem(Struct):
    """RFC 9457. `code` is stable; `errors` lists every fault of a body with its path.

    `review`, with 403 `denied_by_risk`: a person of the shop looks at it; once they release it, the same passes.
    """

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[FaultAnswer]
    review: bool | UnsetType = UNSET
