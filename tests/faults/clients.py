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
    port: int, key: str, lives: Sequence[Sequence[Call]], clients: int = 8
) -> tuple[list[list[Answer]], Counter[str]]:
    """Make each list of calls one after the other, many lists at a time; the answers, and what was met on the way."""
    told: Counter[str] = Counter()
    answers: list[list[Answer]] = [[] for _life in lives]
    numbers = iter(range(len(lives)))

    async def client() -> None:
        wire = Wire(port, key, told)
        for number in numbers:
            for call in lives[number]:
                answers[number].append(await wire.post(*call))
        wire.close()

    async def all_of_them() -> None:
        await asyncio.gather(*(client() for _ in range(clients)))

    asyncio.run(all_of_them())
    return answers, told


def sold(portal: Arena, drop: int) -> tuple[int, int]:
    """Units held and used of a drop's sale."""
    [(held, used)] = portal.sql(
        f"SELECT coalesce(sum(held), 0)::int, coalesce(sum(used), 0)::int FROM orders_counter "
        f"WHERE offer = 'sale-{drop}' AND measure = 'units'"
    )
    return held, used


def events(portal: Arena, order: str) -> list[str]:
    rows = portal.sql(f"SELECT topic FROM core_outboxevent WHERE subject = '{order}' ORDER BY id")
    return [topic for (topic,) in rows]


__all__ = ["FLASH", "STOCK", "Answer", "Call", "buy", "events", "sold", "together"]
