"""Refusals."""

from __future__ import annotations

from msgspec import Struct


class FaultAnswer(Struct, forbid_unknown_fields=True):
    path: str
    code: str
    message: str


class Problem(Struct):
    """RFC 9457. `code` is stable; `errors` lists every fault of a body with its path."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[FaultAnswer]
