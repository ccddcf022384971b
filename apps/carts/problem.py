"""A problem object (RFC 9457): the one shape of every refusal, over HTTP and of the offline command."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from apps.pricing.faults import Fault

CONTENT_TYPE = "application/problem+json"
INVALID = "invalid_request"
MOST_ERRORS = 1_000
# Faults that are the whole story when nothing else is wrong.
TELLING = frozenset({"currency_mismatch", "unknown_sku"})


def problem(
    status: int, code: str, detail: str = "", faults: Iterable[Fault] = (), **members: object
) -> dict[str, Any]:
    """`code` is stable; `detail` is for people; further `members` go beside them."""
    errors = [
        {"path": _sayable(fault.path), "code": fault.code, "message": _sayable(fault.message)}
        for fault, _ in zip(faults, range(MOST_ERRORS), strict=False)
    ]
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": _sayable(detail) or HTTPStatus(status).description or HTTPStatus(status).phrase,
        "errors": errors,
        **members,
    }


def body_problem(faults: list[Fault], detail: str = "") -> dict[str, Any]:
    """What a body with these faults is answered; no faults means that it was no JSON."""
    if not faults:
        return problem(400, "invalid_json", detail)
    codes = {fault.code for fault in faults}
    code = codes.pop() if len(codes) == 1 and codes <= TELLING else INVALID
    count = len(faults)
    detail = detail or (f"The body has {count} faults." if count > 1 else f"{faults[0]}.")
    return problem(400, code, detail, faults)


def _sayable(text: str) -> str:
    """Half of a surrogate pair, as a body's own key may hold one, is nothing that UTF-8 can carry back."""
    return str(text).encode("utf-8", "replace").decode("utf-8")
