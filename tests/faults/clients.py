"""Shop servers in tests of faults: many at once, each repeating what got no answer."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

from bench.soak.arena import Arena
from bench.soak.plan import FLASH, STOCK, wish
from bench.soak.wire import Answer, Wire

Call = tuple[str, Any, str]  # path, body, idempotency key


def buy(drop: int, number: int) -> list[Call]:
    """One unit of the sale of a drop for its price, and its payment."""
    order = f"f{drop}-{number}"
    return [
        ("orders", wish(order, order, drop, 1, FLASH, budget=False), f"{order}-hold"),
        (f"orders/{order}/pay", {}, f"{order}-pay"),
    ]


def together(
    port: int, key: str, lives: Sequence[Sequence[Call]], clients: int = 8, *, released: bool = False
) -> tuple[list[list[Answer]], Counter[str]]:
    """Make each list of calls one after the other, many lists at a time; the answers, and what was met on the way.

    `released`: every client's first request is complete at the same moment.
    """
    told: Counter[str] = Counter()
    answers: list[list[Answer]] = [[] for _life in lives]
    numbers = iter(range(len(lives)))

    async def client(gate: asyncio.Barrier | None) -> None:
        wire = Wire(port, key, told, gate)
        for number in numbers:
            for call in lives[number]:
                answers[number].append(await wire.post(*call))
        wire.close()

    async def all_of_them() -> None:
        gate = asyncio.Barrier(clients) if released else None
        await asyncio.gather(*(client(gate) for _ in range(clients)))

    asyncio.run(all_of_them())
    return answers, told


def sold(portal: Arena, drop: int) -> tuple[int, int]:
    """Units held and used of a drop's sale."""
    [(held, used)] = portal.sql(
        f"SELECT coalesce(sum(held), 0)::int, coalesce(sum(used), 0)::int FROM orders_counter "
        f"WHERE offer = 'sale-{drop}' AND measure = 'units'"
    )
    return held, used


def claim(campaign: int, customer: str, key: str) -> Call:
    return (f"claim-campaigns/claim-{campaign}/claims", {"customer": customer}, key)


def issued(portal: Arena, template: str) -> int:
    return int(portal.sql(f"SELECT count(*) FROM coupons_coupon WHERE template = '{template}'")[0][0])


def events(portal: Arena, order: str) -> list[str]:
    rows = portal.sql(f"SELECT topic FROM core_outboxevent WHERE subject = '{order}' ORDER BY id")
    return [topic for (topic,) in rows]


__all__ = ["FLASH", "STOCK", "Answer", "Call", "buy", "claim", "events", "issued", "sold", "together"]
