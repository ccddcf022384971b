"""What must be answered or decided before or after all other middleware."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.core.exceptions import BadRequest
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse

from promo_portal.health import healthz, readyz

View = Callable[[HttpRequest], HttpResponse]
PROBES: dict[str, View] = {"/healthz": healthz, "/readyz": readyz}
VISIBLE = re.compile(r"[\x21-\x7e]*")
# The admin's Alpine evaluates expressions in attributes; nothing outside /admin/ may.
ADMIN_POLICY = {"script-src": [SELF, UNSAFE_EVAL, UNSAFE_INLINE], "style-src": [SELF, UNSAFE_INLINE]}


class HealthMiddleware:
    """Probes come over plain HTTP with any Host header, so they are answered before those are checked."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path)
        return probe(request) if probe else self.get_response(request)


class AddressMiddleware:
    """Answers addresses that can name nothing here before a view asks the database for it.

    Codes and ids are visible ASCII: a number like ² or a NUL would be an error of the server, not of the address.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, arguments: Sequence[Any], named: Mapping[str, Any]
    ) -> None:
        texts = [one for one in (*arguments, *named.values()) if isinstance(one, str)]
        if not all(VISIBLE.fullmatch(text) for text in texts):
            raise Http404
        if "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("NUL in the query")

    def process_exception(self, request: HttpRequest, error: Exception) -> None:
        """What the database cannot hold (a NUL in a choice) is a fault of what was sent."""
        if isinstance(error, DataError):
            raise BadRequest("a value that cannot be stored") from error


class AdminPolicyMiddleware:
    """Loosens the content policy for pages under /admin/, errors included; must stand inside CSPMiddleware."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/admin/"):
            response._csp_replace = {**getattr(response, "_csp_replace", {}), **ADMIN_POLICY}  # type: ignore[attr-defined]
        return response
