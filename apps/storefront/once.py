"""POSTs that change something: the `Idempotency-Key` header, and the same answer for the same request."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from apps.core import idempotency
from apps.core.errors import Refused
from apps.orders.overdue import OverdueHoldsError, release_overdue
from apps.storefront.callers import Caller
from apps.storefront.problems import Problem, answer_problem
from apps.storefront.queries import language_of
from apps.storefront.requests import json_body

KEY = re.compile(r"[!-~]{1,255}\Z")
REPLAYED = "Idempotent-Replayed"


def answer_once(
    request: HttpRequest,
    caller: Caller,
    act: Callable[[bytes], Any],
    *,
    status: int = 200,
    then: Callable[[bytes], Any] | None = None,
) -> HttpResponse:
    """Answer what `act` makes of the raw body, once for each key; `then` acts once holds that are over are released."""
    key = request.META.get("HTTP_IDEMPOTENCY_KEY", "")
    if not KEY.match(key):
        raise Problem(
            400, "idempotency_key_required", "Send an Idempotency-Key of 1 to 255 visible ASCII characters."
        )
    raw = json_body(request)
    asked = idempotency.Request(caller.client_id, key, request.method or "", request.path, raw)

    def reply_of(act: Callable[[bytes], Any]) -> idempotency.Reply:
        return idempotency.Reply(status, orjson.dumps(act(raw), option=orjson.OPT_NON_STR_KEYS))

    def refusal(error: Exception) -> idempotency.Reply | None:
        with translation.override(language_of(request)):
            return _refusal(error)

    try:
        return _response(idempotency.once(asked, lambda: reply_of(act), refusal))
    except OverdueHoldsError:
        if then is None:
            raise
        release_overdue()
    return _response(idempotency.once(asked, lambda: reply_of(then), refusal))


def _refusal(error: Exception) -> idempotency.Reply | None:
    """Refusals of business rules are answers; everything else is raised, and leaves nothing behind."""
    if not isinstance(error, Refused):
        return None
    told = answer_problem(error)
    return idempotency.Reply(told.status_code, told.content, told["Content-Type"])


def _response(reply: idempotency.Reply) -> HttpResponse:
    response = HttpResponse(reply.body, content_type=reply.content_type, status=reply.status)
    response["Cache-Control"] = "no-store"
    if reply.replayed:
        response[REPLAYED] = "true"
    return response
