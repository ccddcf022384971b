"""`python -m bench.soak.inside.verdict RESULT ...`: what clients were told against what the database has."""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connection

from apps.core.audit_queries import registered
from apps.orders.tasks import seal_ledger
from bench.soak.plan import CUSTOMER_UNITS, DISCOUNTS, OFF, STOCK

MOST_TOLD = 40
Record = dict[str, Any]
#: which events an order that ended so must have had, each once
EVENTS = {
    "paid": ["order.held", "order.paid"],
    "refunded": ["order.held", "order.paid", "order.refunded"],
    "cancelled": ["order.cancelled", "order.held"],
    "expired": ["order.expired", "order.held"],
}


def main() -> None:
    told: list[Record] = []
    last = -1
    for name in sys.argv[1:]:
        result = json.loads(Path(name).read_text())
        told += result["orders"]
        last = max(last, result["last"])
    while seal_ledger():
        pass
    drops = sorted({one["drop"] for one in told})
    faults = [*orders_faults(told), *events_faults(told), *stock_faults(told, drops), *limit_faults(told)]
    faults += [f"{query.name}: {fault}" for query in registered() for fault in query.find()]
    figures = dict(rows("SELECT state, count(*) FROM orders_order GROUP BY state"))
    print(
        json.dumps(
            {"faults": faults[:MOST_TOLD], "count": len(faults), "orders": figures, "drops": len(drops)}
        )
    )


def rows(statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def orders_faults(told: list[Record]) -> Iterator[str]:
    """Every acknowledged order is there as it was acknowledged, and no other is."""
    known = {
        code: (state, payable)
        for code, state, payable in rows("SELECT code, state, payable_amount FROM orders_order")
    }
    for one in told:
        found = known.pop(one["order"], None)
        if found is None:
            yield f"lost: order {one['order']} was acknowledged and is not there"
        elif found != (one["end"], one["payable"]):
            yield f"lost: order {one['order']} is {found}, but {one['end']} at {one['payable']} was acknowledged"
    for code, (state, _payable) in known.items():
        yield f"order {code} is {state}, and nobody was told so"


def events_faults(told: list[Record]) -> Iterator[str]:
    """One effect for each key: every step of an order happened exactly once."""
    heard: dict[str, list[str]] = defaultdict(list)
    for subject, topic in rows("SELECT subject, topic FROM core_outboxevent WHERE topic LIKE 'order.%%'"):
        heard[subject].append(topic)
    for one in told:
        if sorted(heard[one["order"]]) != EVENTS.get(one["end"]):
            yield f"order {one['order']} ended {one['end']}, its events are {sorted(heard[one['order']])}"
    for client, key, count in rows(
        "SELECT client, key, count(*) FROM core_idempotencyrecord GROUP BY client, key HAVING count(*) > 1"
    ):
        yield f"key {key} of client {client} has {count} answers"


def stock_faults(told: list[Record], drops: list[int]) -> Iterator[str]:
    """Exactly what there was is sold: by the counters, and by what clients were told."""
    taken = {
        (offer, measure): (held, used)
        for offer, measure, held, used in rows(
            "SELECT offer, measure, sum(held)::bigint, sum(used)::bigint FROM orders_counter GROUP BY offer, measure"
        )
    }
    ended = dict(rows("SELECT code, end_reason FROM activities_activity"))
    units: Counter[tuple[bool, int]] = Counter()
    for one in told:
        if one["end"] in ("paid", "refunded"):
            units[one["budget"], one["drop"]] += one["units"]
    for drop in drops:
        for offer, measure, total, reason in (
            (f"sale-{drop}", "units", STOCK, "sold_out"),
            (f"discount-{drop}", "budget", DISCOUNTS * OFF, "budget_exhausted"),
        ):
            found = taken.get((offer, measure))
            if found != (0, total):
                yield f"{offer}: held and used are {found}, not {(0, total)}"
            if ended[offer] != reason:
                yield f"{offer}: its end is {ended[offer]}, not {reason}"
        if drop % 2 == 0 and units[False, drop] != STOCK:
            yield f"sale-{drop}: clients paid for {units[False, drop]} units of {STOCK}"
        if units[True, drop] != DISCOUNTS:
            yield f"discount-{drop}: clients had {units[True, drop]} discounts of {DISCOUNTS}"


def limit_faults(told: list[Record]) -> Iterator[str]:
    """Nobody has had more than one may; where refunds give back nothing, by what clients were told alone."""
    had: Counter[str] = Counter()
    for one in told:
        if one["end"] in ("paid", "refunded") and not one["budget"] and one["drop"] % 2 == 0:
            had[one["customer"]] += one["units"]
    for customer, units in had.items():
        if units > CUSTOMER_UNITS:
            yield f"customer {customer} had {units} units of {CUSTOMER_UNITS}"


if __name__ == "__main__":
    main()
