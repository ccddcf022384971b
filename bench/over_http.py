"""Quotes a second over HTTP beside an empty view with nested serializers for the same body: same server."""

from __future__ import annotations

import json
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection

from bench.measure import Measure, ratio
from bench.portal import ROOT, Portal, portal

OFFERS = 1_000
ROUNDS = 8
SECONDS = 2.0
CLIENTS, CONNECTIONS = 2, 4
QUOTES, BARE, BARE_LANE = "/api/v1/quotes", "/bare", "/bare-lane"
PATHS = (QUOTES, BARE, BARE_LANE)


def run() -> Iterator[Measure]:
    with portal(OFFERS) as here, server(here) as port:
        requests = {path: request_of(here, path) for path in PATHS}
        for path in PATHS:
            rate(port, requests[path], 1.0)  # workers, connections and prepared statements warm up
        rounds = []
        for round_ in range(ROUNDS):
            order = PATHS[:: 1 if round_ % 2 else -1]
            rounds.append({path: rate(port, requests[path], SECONDS) for path in order})
    quotes = statistics.median(one[QUOTES] for one in rounds)
    lane = statistics.median(one[QUOTES] / one[BARE_LANE] for one in rounds)
    note = f"{quotes:,.0f} quotes/s, 1,000 live offers, stored customer with 20 coupons; {lane:.2f} over a lean view"
    yield ratio("quote_http_ratio", [one[QUOTES] / one[BARE] for one in rounds], ">= 1.0", note)


def request_of(here: Portal, path: str) -> bytes:
    body = json.dumps(here.cart).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Api-Key {here.key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def rate(port: int, request: bytes, seconds: float) -> float:
    """Answers per second of all client processes together."""
    command = [sys.executable, "-P", "-m", "bench.client", str(port), str(seconds), str(CONNECTIONS)]
    clients = [
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENV
        )
        for _ in range(CLIENTS)
    ]
    for client in clients:
        assert client.stdin is not None
        client.stdin.write(request)
        client.stdin.close()
    total = 0.0
    for client in clients:
        assert client.stdout is not None
        assert client.stderr is not None
        answer, error = client.stdout.read(), client.stderr.read()
        if client.wait():
            raise RuntimeError(error.decode()[-300:])
        counted = json.loads(answer)
        total += counted["answers"] / counted["seconds"]
    return total


ENV = {"PYTHONPATH": str(ROOT)}


@contextmanager
def server(here: Portal) -> Iterator[int]:
    """gunicorn as the demo runs it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**here.environment, "DJANGO_SETTINGS_MODULE": "bench.inside.bare_settings"}
    environment["PROMETHEUS_MULTIPROC_DIR"] = str(here.folder / "metrics")
    (here.folder / "metrics").mkdir()
    log = (here.folder / "web.log").open("wb")
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--no-control-socket",
        "-c",
        str(ROOT / "promo_portal/gunicorn_conf.py"),
    ]
    process = subprocess.Popen(
        [*command, "--bind", f"127.0.0.1:{port}", "promo_portal.wsgi:application"],
        env=environment, cwd=ROOT, stdout=log, stderr=log,
    )  # fmt: skip
    try:
        wait_until_ready(process, port)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        log.close()


def wait_until_ready(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.1)
    raise RuntimeError("the server does not become ready")


__all__ = ["run"]
