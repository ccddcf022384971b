"""`python -m bench.inside.hot_sku CLIENTS ROUNDS SECONDS`: hold and pay one unit of one SKU, over and over.

The same processes take turns: a round through the portal's services, then one of the bare writes of `bare_order`.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from django.conf import settings
from django.db import connection

from apps.activities.models import Activity
from apps.catalog.services import upsert_catalog
from apps.core import idempotency
from apps.offers.versions.drafts import create_draft
from apps.offers.versions.publication import publish_without_approval
from apps.orders import services
from apps.orders.book import KEEPER
from apps.orders.models import Order
from bench.inside.bare_order import BareOrders

FORK = multiprocessing.get_context("fork")
CLIENT = 1
SKU, OFFER, UNITS = "hot-sku", "hot-sale", 10_000_000
SIDES = ("service", "bare", "one_row")
Sell = Callable[[str], None]


def main() -> None:
    clients, rounds, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    publish()
    sell_by_service("warm")
    barrier, results = FORK.Barrier(clients), FORK.SimpleQueue()
    connection.close()
    connection.close_pool()  # its threads would not live on in the clients
    processes = [
        FORK.Process(target=run_client, args=(number, rounds, seconds, barrier, results))
        for number in range(clients)
    ]
    for process in processes:
        process.start()
    told = [results.get() for _ in processes]
    for process in processes:
        process.join()
    if failed := [each for each in told if isinstance(each, str)]:
        sys.exit(failed[0])
    print(
        json.dumps([{side: sum(each[at][side] for each in told) for side in SIDES} for at in range(rounds)])
    )


def publish() -> None:
    """A flash price with a stock that the clients cannot sell out."""
    settings.ALLOW_PUBLISH = True
    now = datetime.now(UTC)
    document = {
        "code": OFFER,
        "name": "Hot sale",
        "layer": "item",
        "kind": "flash_sale",
        "params": {"value": 500},
        "starts_at": (now - timedelta(hours=1)).isoformat(),
        "ends_at": (now + timedelta(days=30)).isoformat(),
        "scope": {"mode": "include", "skus": [SKU]},
        "stock": {"total": UNITS},
    }
    upsert_catalog(rows={"skus": [{"sku": SKU, "price": 1_000}]}, actor="bench")
    publish_without_approval(thing=create_draft(model=Activity, content=document, actor=None))
    KEEPER.load()


def run_client(number: int, rounds: int, seconds: float, barrier: Any, results: Any) -> None:
    """One client: its orders per second on each side, round by round; or what went wrong."""
    try:
        connection.ensure_connection()
        bare = BareOrders(connection.connection.info.dsn, like=Order.objects.get(code="warm"))
        sides: dict[str, Sell] = {
            "service": sell_by_service,
            "bare": bare.sell,
            "one_row": bare.sell_from_one_row,
        }
        for side, sell in sides.items():
            sell(f"{side}-{number}")
        found = []
        for at in range(rounds):
            rates = {}
            for side in SIDES[:: -1 if at % 2 else 1]:
                barrier.wait(60)
                rates[side] = rate(sides[side], f"{side}-{number}-{at}", seconds)
            found.append(rates)
        results.put(found)
    except Exception as error:
        barrier.abort()
        results.put(f"{type(error).__name__}: {error}")
    os._exit(0)


def rate(sell: Sell, name: str, seconds: float) -> float:
    started, sold = time.perf_counter(), 0
    while (now := time.perf_counter()) < started + seconds:
        sell(f"{name}-{sold}")
        sold += 1
    return sold / (now - started)


def sell_by_service(code: str) -> None:
    """Both requests as the API's views make them, past HTTP."""
    body = orjson.dumps(
        {"currency": "CNY", "order": code, "lines": [{"line": "1", "sku": SKU, "quantity": 1}]}
    )
    once(code, "/api/v1/orders", body, lambda: services.place_order(body, client=CLIENT, shop=None))
    once(f"{code}-pay", f"/api/v1/orders/{code}/pay", b"{}", lambda: services.pay_order(code=code, shop=None))


def once(key: str, path: str, body: bytes, act: Callable[[], Any]) -> None:
    request = idempotency.Request(CLIENT, key, "POST", path, body)
    reply = idempotency.once(
        request,
        lambda: idempotency.Reply(200, orjson.dumps(act(), option=orjson.OPT_NON_STR_KEYS)),
        lambda error: None,
    )
    assert reply.status == 200
    assert not reply.replayed


if __name__ == "__main__":
    main()
