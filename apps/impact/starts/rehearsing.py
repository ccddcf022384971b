"""A mass start rehearsed: carts priced over the API while the instant sweeps past, and what that took."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import orjson

PATIENCE = 30


@dataclass(frozen=True, slots=True)
class Shot:
    """One cart: when it was priced for, how long that took, what it answered."""

    after: bool
    milliseconds: float
    status: int
    starts_used: bool

    @property
    def failed(self) -> bool:
        return self.status != 200


@dataclass(slots=True)
class Side:
    """All shots before the instant, or from it on."""

    shots: list[Shot] = field(default_factory=list)

    @property
    def errors(self) -> int:
        return sum(shot.failed for shot in self.shots)

    @property
    def with_start(self) -> int:
        return sum(shot.starts_used for shot in self.shots)

    def percentile(self, share: float) -> float:
        """In milliseconds; 0 where nothing was fired."""
        times = sorted(shot.milliseconds for shot in self.shots)
        return times[min(int(len(times) * share), len(times) - 1)] if times else 0.0


@dataclass(slots=True)
class Rehearsal:
    before: Side = field(default_factory=Side)
    after: Side = field(default_factory=Side)

    @property
    def errors(self) -> int:
        return self.before.errors + self.after.errors

    @property
    def too_early(self) -> int:
        """Carts that got a price of the start before it."""
        return self.before.with_start


class Quotes:
    """The portal's `POST /quotes`; each thread keeps a connection of its own."""

    def __init__(self, url: str, key: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._headers = {"Authorization": f"Api-Key {key}", "Content-Type": "application/json"}
        self._local = threading.local()

    def ask(self, body: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        connection: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection(self._host, self._port, timeout=PATIENCE)
            self._local.connection = connection
        try:
            connection.request("POST", "/api/v1/quotes", orjson.dumps(body), self._headers)
            answer = connection.getresponse()
            return answer.status, orjson.loads(answer.read())
        except (OSError, http.client.HTTPException, orjson.JSONDecodeError):
            connection.close()
            self._local.connection = None
            return 0, {}


def rehearse(
    quotes: Quotes,
    carts: Sequence[Mapping[str, Any]],
    *,
    at: datetime,
    starting: set[str],
    seconds: float,
    clients: int,
    window: timedelta,
) -> Rehearsal:
    """Fire the carts evenly over `seconds`, while the instant they ask for runs from `at - window` to `at + window`."""
    began = time.monotonic()

    def fire(number: int) -> Shot:
        share = number / max(len(carts), 1)
        time.sleep(max(began + seconds * share - time.monotonic(), 0))
        moment = at + window * (2 * share - 1)
        asked = time.monotonic()
        status, answer = quotes.ask({**carts[number], "as_of": moment.isoformat()})
        took = (time.monotonic() - asked) * 1_000
        used = {entry["offer"] for entry in answer.get("offers", ())} if status == 200 else set()
        return Shot(moment >= at, took, status, bool(used & starting))

    found = Rehearsal()
    with ThreadPoolExecutor(clients) as crowd:
        for shot in crowd.map(fire, range(len(carts))):
            (found.after if shot.after else found.before).shots.append(shot)
    return found


def table(found: Rehearsal) -> Iterator[str]:
    """Lines for people: both sides beside each other."""
    yield f"{'':18}{'before':>12}{'from it on':>12}"
    rows = (
        ("carts", lambda side: f"{len(side.shots):,}"),
        ("errors", lambda side: f"{side.errors:,}"),
        ("with its offers", lambda side: f"{side.with_start:,}"),
        ("median ms", lambda side: f"{side.percentile(0.5):.1f}"),
        ("p95 ms", lambda side: f"{side.percentile(0.95):.1f}"),
        ("p99 ms", lambda side: f"{side.percentile(0.99):.1f}"),
        ("slowest ms", lambda side: f"{side.percentile(1):.1f}"),
    )
    for name, told in rows:
        yield f"{name:18}{told(found.before):>12}{told(found.after):>12}"
