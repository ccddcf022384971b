"""Counts and times requests by view, for Prometheus; with PROMETHEUS_MULTIPROC_DIR over all web processes."""

import os
import time
from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
REQUESTS = Histogram(
    "portal_request_seconds",
    "Seconds to answer a request, by method, view and class of status.",
    ["method", "view", "status"],
    buckets=BUCKETS,
)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Up:
    """A gauge that is always there, so that the first scrape of a process that served nobody yet is not empty."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield GaugeMetricFamily("portal_up", "1 where a web process answers.", value=1)


class MetricsMiddleware:
    """Stands near the outside, so that what other middleware costs is in the time."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        start = time.perf_counter()
        response = self.get_response(request)
        method = request.method if request.method in METHODS else "other"
        labels = (method, _view_of(request), f"{response.status_code // 100}xx")
        REQUESTS.labels(*labels).observe(time.perf_counter() - start)
        return response


def _view_of(request: HttpRequest) -> str:
    """The route, never the path: a label per SKU would fill the memory."""
    match = request.resolver_match
    return match.route if match is not None else "none"


def metrics(request: HttpRequest) -> HttpResponse:
    registry = CollectorRegistry()
    registry.register(Up())
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)
    else:
        registry.register(REGISTRY)
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
