"""`python -m bench.soak.buyers TASK`: many buyers in one process; what they were told goes into a file.

A task names port, key, which attempts, how long, and where to write.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.soak.plan import FLASH, LIST, OFF, Attempt, wish
from bench.soak.wire import Answer, NoAnswerError, Wire

IN_VAIN, RACERS = 3, 4


class Buyers:
    def __init__(self, task: dict[str, Any]) -> None:
        self.task = task
        self.numbers: Iterator[int] = iter(range(task["first"], task["attempts"], task["step"]))
        if task["closing"]:
            self.races = iter([(drop, racer) for drop in self.numbers for racer in range(RACERS)])
        self.until = time.monotonic() + task["seconds"]
        self.told: Counter[str] = Counter()
        self.orders: list[dict[str, Any]] = []
        self.odd: list[str] = []
        self.last = -1
        self.progress = Path(task["progress"])

    async def run(self) -> None:
        work = self.close_drop if self.task["closing"] else self.shop
        await asyncio.gather(
            *(work(Wire(self.task["port"], self.task["key"], self.told)) for _ in range(self.task["buyers"]))
        )

    async def shop(self, wire: Wire) -> None:
        while time.monotonic() < self.until and (number := next(self.numbers, None)) is not None:
            self.last = max(self.last, number)
            self.told["attempts"] += 1
            try:
                await self.attempt(wire, Attempt(number, self.task["a_drop"]))
            except NoAnswerError as error:
                self.odd.append(f"o{number}: no answer to {error}")
            if self.told["attempts"] % 100 == 0:
                self.progress.write_text(str(self.told["attempts"]))

    async def attempt(self, wire: Wire, one: Attempt) -> None:
        held = await self.say(wire, "orders", one.body(), f"{one.order}-hold", repeat=one.repeats)
        if held.status != 201:
            self.told["refused"] += 1
            if held.code not in ("price_changed",):
                self.odd.append(f"{one.order}: {held.status} {held.code}")
            return
        record = self.note(one.order, one.customer, one.drop, one.units, held, budget=one.for_budget)
        if one.then == "leave":
            return
        act = "cancel" if one.then == "cancel" else "pay"
        record["end"] = await self.settle(wire, one, act)
        if one.then == "refund" and record["end"] == "paid":
            wanted = {"refund": "r1", "fault": "customer", "all": True}
            paid_back = await self.say(
                wire, f"orders/{one.order}/refunds", wanted, f"{one.order}-refund", repeat=one.repeats
            )
            if paid_back.status == 201:
                record["end"] = "refunded"
            else:
                self.odd.append(f"{one.order}: refund {paid_back.status} {paid_back.code}")

    async def settle(self, wire: Wire, one: Attempt, act: str) -> str:
        answer = await self.say(
            wire, f"orders/{one.order}/{act}", {}, f"{one.order}-{act}", repeat=one.repeats
        )
        if answer.status == 200:
            return str(answer.json["state"])
        late = answer.code == "hold_expired" or (
            answer.code == "wrong_state" and answer.json["state"] == "expired"
        )
        if not late:
            self.odd.append(f"{one.order}: {act} {answer.status} {answer.code}")
        return "expired"

    async def say(self, wire: Wire, path: str, body: Any, key: str, *, repeat: bool) -> Answer:
        """Ask; now and then ask the same again, which must give the same bytes."""
        answer = await wire.post(path, body, key)
        if repeat:
            again = await wire.post(path, body, key)
            self.told["repeated"] += 1
            if (again.status, again.body) != (answer.status, answer.body) or not again.replayed:
                said, now = (f"{one.status} {one.code}".rstrip() for one in (answer, again))
                self.odd.append(f"lost: the answer to {key} was {said}, asked again it is {now}")
        return answer

    async def close_drop(self, wire: Wire) -> None:
        """Buy what is left of each drop, one unit at a time, some against each other, until there is nothing."""
        for drop, racer in self.races:
            for budget, price in ((False, FLASH), (True, LIST - OFF)):
                vain = turn = 0
                while vain < IN_VAIN:
                    turn += 1
                    code = f"last-{'b' if budget else 's'}-{drop}-{racer}-{turn}"
                    body = wish(code, code, drop, 1, price, budget=budget)
                    held = await wire.post("orders", body, f"{code}-hold")
                    if held.status != 201:
                        vain += 1
                        continue
                    vain = 0
                    record = self.note(code, code, drop, 1, held, budget=budget)
                    paid = await wire.post(f"orders/{code}/pay", {}, f"{code}-pay")
                    record["end"] = paid.json.get("state", "odd")

    def note(
        self, order: str, customer: str, drop: int, units: int, held: Answer, *, budget: bool
    ) -> dict[str, Any]:
        record = {
            "order": order,
            "customer": customer,
            "drop": drop,
            "units": units,
            "budget": budget,
            "payable": held.json["payable_total"],
            "end": "expired",
        }
        self.orders.append(record)
        return record


def main() -> None:
    task = json.loads(Path(sys.argv[1]).read_text())
    buyers = Buyers(task)
    asyncio.run(buyers.run())
    found = {"told": buyers.told, "orders": buyers.orders, "odd": buyers.odd, "last": buyers.last}
    Path(task["result"]).write_text(json.dumps(found))


if __name__ == "__main__":
    main()
