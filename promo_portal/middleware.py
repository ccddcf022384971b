"""What must be answered or decided before any other middleware runs."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from promo_portal.health import healthz, readyz

View = Callable[[HttpRequest], HttpResponse]
PROBES: dict[str, View] = {"/healthz": healthz, "/readyz": readyz}


class HealthMiddleware:
    """Probes come over plain HTTP with any Host header, so they are answered before those are checked."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path)
        return probe(request) if probe else self.get_response(request)
