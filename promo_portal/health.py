"""Liveness says that the process answers, readiness that it may get traffic."""

from django.http import HttpRequest, HttpResponse, JsonResponse

from apps.core import readiness


def healthz(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """200 when every registered check passes, else 503 with the names of those that don't."""
    results = readiness.run_all()
    ready = all(problem is None for problem in results.values())
    checks = {name: problem or "ok" for name, problem in results.items()}
    body = {"status": "ok" if ready else "unavailable", "checks": checks}
    response = JsonResponse(body, status=200 if ready else 503)
    # Django would log each 503 as an error of ours; whoever probes sees it already.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
