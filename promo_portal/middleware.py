"""What must be answered or decided before or after all other middleware."""

from collections.abc import Callable

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.http import HttpRequest, HttpResponse

from promo_portal.health import healthz, readyz

View = Callable[[HttpRequest], HttpResponse]
PROBES: dict[str, View] = {"/healthz": healthz, "/readyz": readyz}
# The admin's Alpine evaluates expressions in attributes; nothing outside /admin/ may.
ADMIN_POLICY = {"script-src": [SELF, UNSAFE_EVAL, UNSAFE_INLINE], "style-src": [SELF, UNSAFE_INLINE]}


class HealthMiddleware:
    """Probes come over plain HTTP with any Host header, so they are answered before those are checked."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path)
        return probe(request) if probe else self.get_response(request)


class AdminPolicyMiddleware:
    """Loosens the content policy for pages under /admin/, errors included; must stand inside CSPMiddleware."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/admin/"):
            response._csp_replace = {**getattr(response, "_csp_replace", {}), **ADMIN_POLICY}  # type: ignore[attr-defined]
        return response
