"""`python -m bench.inside.hot_campaign CLIENTS ROUNDS SECONDS`: claims of one campaign, over and over.

The same processes take turns: a round through the portal's service, then rounds of the bare statement.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from django.conf import settings
from django.db import connection, connections, transaction

from apps.core import idempotency
from apps.coupons.models import ClaimCampaign, CouponTemplate
from apps.coupons.services.claiming import claim
from apps.offers.versions.drafts import create_draft
from apps.offers.versions.publication import publish_without_approval
from bench.inside.bare_claim import BareClaims, make_tables

FORK = multiprocessing.get_context("fork")
CAMPAIGN, TEMPLATE, QUANTITY = "hot-claims", "ten-off", 10_000_000
# Who claims is known, as customers are; a limit of each must be kept all the same.
CUSTOMERS = """
INSERT INTO audiences_customer (code, tags, attributes)
SELECT format('claimer-%s', number), '{}', '{}' FROM generate_series(1, 200000) number
"""
EACH, WARM = 25_000, 10
SIDES = ("service", "request", "bare", "one_row")
Take = Callable[[str], object]


def main() -> None:
    clients, rounds, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    publish()
    make_tables(connection.connection)
    claim_by_service("warm")
    barrier, results = FORK.Barrier(clients), FORK.SimpleQueue()
    connections.close_all()
    connection.close_pool()  # no client may speak on the sockets of this process
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
    """A campaign with a limit for each customer, on a template with a budget in money and number."""
    settings.ALLOW_PUBLISH = True
    now = datetime.now(UTC)
    template = {
        "code": TEMPLATE,
        "name": "Ten off",
        "kind": "threshold",
        "params": {"metric": "amount", "tiers": [{"at": 10_000, "benefit": {"amount_off": 1_000}}]},
        "validity": {"mode": "relative", "days": 7},
        "budget": {"quantity": QUANTITY, "amount": QUANTITY * 1_000},
    }
    campaign = {
        "code": CAMPAIGN,
        "name": "Hot claims",
        "template": TEMPLATE,
        "quantity": QUANTITY,
        "per_customer": 1,
        "starts_at": (now - timedelta(hours=1)).isoformat(),
        "ends_at": (now + timedelta(days=30)).isoformat(),
    }
    with connection.cursor() as cursor:
        cursor.execute(CUSTOMERS)
    for model, content in ((CouponTemplate, template), (ClaimCampaign, campaign)):
        publish_without_approval(thing=create_draft(model=model, content=content, actor=None))


def run_client(number: int, rounds: int, seconds: float, barrier: Any, results: Any) -> None:
    """One client: its claims per second on each side, round by round; or what went wrong."""
    try:
        connection.ensure_connection()
        bare = BareClaims(connection.connection)
        sides: dict[str, Take] = {
            "service": claim_by_service,
            "request": claim_by_request,
            "bare": bare.claim,
            "one_row": bare.claim_from_one_row,
        }
        customers = (f"claimer-{each}" for each in range(number * EACH + 1, (number + 1) * EACH + 1))
        for _ in range(WARM):  # by requests first: they see to it that plans are made for tables that grow
            claim_by_request(next(customers))
        for take in sides.values():
            take(next(customers))
        found = []
        for at in range(rounds):
            rates = {}
            for side in SIDES[:: -1 if at % 2 else 1]:
                barrier.wait(60)
                rates[side] = rate(sides[side], customers, seconds)
            found.append(rates)
        results.put(found)
    except Exception as error:
        barrier.abort()
        results.put(f"{type(error).__name__}: {error}")
    os._exit(0)


def rate(take: Take, customers: Iterator[str], seconds: float) -> float:
    started, taken = time.perf_counter(), 0
    while (now := time.perf_counter()) < started + seconds:
        take(next(customers))
        taken += 1
    return taken / (now - started)


def claim_by_service(customer: str) -> None:
    with transaction.atomic():
        claim(campaign=CAMPAIGN, customer=customer)


def claim_by_request(customer: str) -> None:
    """As the API's view does it, past HTTP: once for each key, with its answer stored."""
    body = orjson.dumps({"customer": customer})
    request = idempotency.Request(1, customer, "POST", f"/api/v1/claim-campaigns/{CAMPAIGN}/claims", body)

    def act() -> idempotency.Reply:
        (one,) = claim(campaign=CAMPAIGN, customer=customer)
        return idempotency.Reply(201, orjson.dumps({"coupon": one.code}))

    assert idempotency.once(request, act, lambda error: None).status == 201


if __name__ == "__main__":
    main()
