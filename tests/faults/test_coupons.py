"""Coupons over real servers: asked again too early, everything twice, dead at each step."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import orjson
import pytest

from bench.soak.arena import STOP_STEPS, Arena
from bench.soak.plan import LIST
from bench.soak.plan import OFF as LESS
from bench.soak.wire import Answer, Wire
from promo_portal.embedded import process
from tests.faults.clients import Call, claim, issued, together

pytestmark = [pytest.mark.concurrency, pytest.mark.slow]

OFF = 500
PRICE = LIST - LESS  # of a mug, as long as the budget of its discount lasts
STORM, STORM_CONTROL, TWICE = range(3)  # the campaigns


def storm(portal: Arena, keys: Sequence[Sequence[str]], campaign: int) -> list[Answer]:
    """A client for each row of keys: it asks with the next one whenever 50 ms bring no answer, at last in patience."""

    async def client(mine: Sequence[str]) -> Answer:
        customer = f"storm-{campaign}-{mine[0]}"
        for key in mine[:-1]:
            wire = Wire(portal.port, portal.key)
            path, body, _key = claim(campaign, customer, key)
            with suppress(TimeoutError, OSError, asyncio.CancelledError):
                await asyncio.wait_for(wire.post(path, body, key), 0.05)
            wire.close()
        wire = Wire(portal.port, portal.key)
        try:
            return await wire.post(*claim(campaign, customer, mine[-1]))
        finally:
            wire.close()

    async def everybody() -> list[Answer]:
        return list(await asyncio.gather(*(client(mine) for mine in keys)))

    return asyncio.run(everybody())


def test_a_storm_of_retries_gives_each_key_one_coupon(portal: Arena, codes: list[str]) -> None:
    """Given 40 clients that wait 50 ms and ask again with their key, four times, then each has one coupon."""
    answers = storm(portal, [[f"storm-{n}"] * 5 for n in range(40)], STORM)
    assert [one.status for one in answers] == [201] * 40
    assert len({one.json["coupon"] for one in answers}) == 40
    assert issued(portal, f"coupon-{STORM}") == 40


def test_control_clients_with_a_new_key_each_time_get_more(portal: Arena, codes: list[str]) -> None:
    answers = storm(portal, [[f"control-{n}-{time}" for time in range(5)] for n in range(10)], STORM_CONTROL)
    assert {one.status for one in answers} <= {201, 409}
    assert issued(portal, f"coupon-{STORM_CONTROL}") > 10


def test_claims_codes_and_orders_twice_and_out_of_order(portal: Arena, codes: list[str]) -> None:
    """Given claims, claims of codes, orders with codes and payments one to five times and shuffled, then each key has
    one answer, and each code one coupon, of whoever came first."""
    mine = codes[:20]
    calls: list[Call] = []
    for number, code in enumerate(mine):
        name = f"mixed-{number}"
        asked = {"code": code, "customer": name}
        calls += [
            claim(TWICE, name, f"{name}-claim"),
            ("codes/claims", asked, f"{name}-code"),
            ("orders", order(name, f"other-{number}", code), f"{name}-order"),
            (f"orders/{name}/pay", {}, f"{name}-pay"),
        ]
    calls = [call for call in calls for _ in range(random.randint(1, 5))]
    random.shuffle(calls)
    answers, told = together(portal.port, portal.key, [[call] for call in calls], clients=12)
    of_key: dict[str, list[Answer]] = {}
    for (_path, _body, key), [answer] in zip(calls, answers, strict=True):
        of_key.setdefault(key, []).append(answer)
    assert {len({(one.status, one.body) for one in same}) for same in of_key.values()} == {1}
    assert {sum(not one.replayed for one in same) for same in of_key.values()} == {1}
    assert {name for name in told if not name.endswith("in_progress")} == set(), told
    for number in range(len(mine)):
        won = of_key[f"mixed-{number}-code"][0].status == 201
        paid = of_key[f"mixed-{number}-order"][0].json["payable_total"]
        assert paid == PRICE - (0 if won else OFF), "either the claim had the code or the order"
    assert issued(portal, f"coupon-{TWICE}") == len(mine)
    assert issued(portal, "by-code") == len(mine)


def order(code: str, customer: str, *coupons: str) -> dict[str, Any]:
    lines = [{"line": "1", "sku": "mug-15", "quantity": 1, "unit_price": LIST}]
    return {"currency": "CNY", "order": code, "customer": customer, "lines": lines, "coupons": list(coupons)}


PLACES = ("priced", "codes_found", "issued", "planned", "taken")


@pytest.mark.parametrize("number", range(len(PLACES)), ids=PLACES)
def test_a_server_killed_at_each_step_of_an_order_with_a_code(
    portal: Arena, codes: list[str], number: int
) -> None:
    """Given a server that dies at this step, when the shop asks another with the same key, then it has ordered once."""
    body = order(f"dies-{number}", f"dies-{number}", codes[20 + number])
    beside = replace(
        portal, workers=1, more={**portal.more, "PORTAL_CRASH_AT": PLACES[number]}, web=None, keeper=None
    )
    try:
        beside.start_web()
        with pytest.raises((OSError, asyncio.IncompleteReadError)):
            asyncio.run(once(beside, ("orders", body, f"dies-{number}")))
        assert portal.sql(f"SELECT count(*) FROM orders_order WHERE code = 'dies-{number}'") == [(0,)]
        assert portal.sql(f"SELECT count(*) FROM coupons_coupon WHERE customer_code = 'dies-{number}'") == [
            (0,)
        ]
    finally:
        process.stop(beside.web, STOP_STEPS)
    [[first], [again]], _told = together(
        portal.port, portal.key, [[("orders", body, f"dies-{number}")]] * 2, clients=1
    )
    assert (first.status, first.json["payable_total"], first.replayed) == (201, PRICE - OFF, False)
    assert (again.body, again.replayed) == (first.body, True)
    rows = portal.sql(f"SELECT state, order_code FROM coupons_coupon WHERE customer_code = 'dies-{number}'")
    assert rows == [("held", f"dies-{number}")]


async def once(portal: Arena, call: Call) -> Answer:
    """One request, not repeated."""
    path, body, key = call
    wire = Wire(portal.port, portal.key)
    try:
        return await wire._once(wire._request("POST", path, orjson.dumps(body), key))
    finally:
        wire.close()
