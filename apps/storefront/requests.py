"""What a request must bring before its body is looked at: a key with the scope, JSON, and not too much."""

from __future__ import annotations

from django.http import HttpRequest, RawPostDataException

from apps.carts.bodies import MAX_BODY
from apps.storefront.callers import Caller, caller_of
from apps.storefront.problems import Problem
from apps.storefront.scopes import Scope

SCHEME = "api-key "
#: of a body that is too large, this much is read and dropped
SWALLOWED = 16 * MAX_BODY
CHUNK = 64 * 1024


def caller_from(request: HttpRequest) -> Caller:
    """Who calls; raises 401 without a key that is good."""
    header = request.META.get("HTTP_AUTHORIZATION", "")
    if header[: len(SCHEME)].lower() != SCHEME:
        raise Problem(401, "key_required", "Send the header `Authorization: Api-Key <key>`.")
    caller = caller_of(header[len(SCHEME) :].strip())
    if caller is None:
        raise Problem(401, "key_invalid", "This key is wrong, revoked or expired.")
    return caller


def require_scope(caller: Caller, scope: Scope) -> None:
    if scope not in caller.scopes:
        raise Problem(403, "missing_scope", f"This needs a key with the scope {scope}.", scope=scope.value)


def json_body(request: HttpRequest) -> bytes:
    """The raw body; raises 415 for another type and 413 for more than 1 MiB, before it is read."""
    kind = request.META.get("CONTENT_TYPE", "")
    if kind != "application/json" and kind.partition(";")[0].strip().lower() != "application/json":
        raise Problem(415, "unsupported_media_type", "Send application/json.")
    declared = request.META.get("CONTENT_LENGTH") or ""
    if declared.isascii() and declared.isdigit():
        if int(declared[:20]) > MAX_BODY:
            _swallow(request, int(declared[:20]))
            raise _too_large()
        return _read(request)
    if request.META.get("wsgi.input_terminated"):  # chunked: the server knows where it ends
        raw = request.META["wsgi.input"].read(MAX_BODY + 1)
        if len(raw) > MAX_BODY:
            raise _too_large()
        return raw
    return b""


def _read(request: HttpRequest) -> bytes:
    try:
        return request.body
    except (OSError, RawPostDataException) as error:  # the shop hung up halfway
        raise Problem(400, "incomplete_body", "The body ended too early.") from error


def _swallow(request: HttpRequest, size: int) -> None:
    """Read what nobody wants, without keeping it: the server hangs up on a caller whose body it was left with,
    and the next request on that connection would be lost. Who waits to be told to go on has sent nothing yet."""
    if "HTTP_EXPECT" in request.META:
        return
    left = min(size, SWALLOWED)
    try:
        while left > 0 and (chunk := request.META["wsgi.input"].read(min(left, CHUNK))):
            left -= len(chunk)
    except OSError:  # the shop hung up halfway
        return


def _too_large() -> Problem:
    return Problem(413, "body_too_large", "A body has at most 1 MiB.")
