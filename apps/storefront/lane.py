"""A lane of its own for the API: no session, language, cookie or page is looked for in a shop server's request.

Those steps of a page cost as much as pricing a cart. What a request of the API keeps: the security headers and
metrics of the middleware before this one, an id in every log line and audit entry, a log line if it is refused.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from django.urls import resolve

PREFIX = "/api/v1/"
URLCONF = "apps.storefront.urls"
REQUEST_ID = re.compile(r"[\w.:-]{1,64}\Z", re.ASCII)

log = structlog.get_logger(__name__)


class ApiLaneMiddleware:
    """Answers what lies under /api/v1/ by itself; everything else goes on to the middleware of pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.pages = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return self.pages(request)
        name_request(request)
        match = request.resolver_match = resolve(request.path_info[len(PREFIX) - 1 :], URLCONF)
        match.route = f"api/v1/{match.route}"
        response = match.func(request, *match.args, **match.kwargs)
        if response.status_code >= 400:
            _note(request, response.status_code)
        return response


def name_request(request: HttpRequest) -> None:
    """Take the id that the shop or a proxy gave the request, or give it one."""
    given = request.META.get("HTTP_X_REQUEST_ID", "")
    request_id = given if REQUEST_ID.match(given) else uuid.uuid4().hex
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)


def _note(request: HttpRequest, status: int) -> None:
    level = log.error if status >= 500 else log.info
    level("api_refused", method=request.method, path=request.path, status=status)
