"""Connections to the database that are cut while orders run, and locks taken in opposite order."""

import random
import threading
import time

import psycopg
import pytest

from bench.soak.arena import Arena
from bench.soak.plan import FLASH
from promo_portal.embedded.postgres import DATABASE, USER
from tests.faults.clients import Call, buy, events, sold, together

pytestmark = [pytest.mark.concurrency, pytest.mark.slow]

TERMINATE = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
ORDER BY (state = 'idle'), random() LIMIT 1"""
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


def test_connections_cut_every_fifth_of_a_second(portal: Arena) -> None:
    """Given backends that are terminated at random, when 120 buy, then each has bought once and none saw a 500."""
    over = threading.Event()
    cut = 0

    def cutter() -> None:
        nonlocal cut
        while not over.wait(0.2):
            portal.sql(TERMINATE)
            cut += 1

    thread = threading.Thread(target=cutter)
    thread.start()
    try:
        answers, told = together(portal.port, portal.key, [buy(1, n) for n in range(120)])
    finally:
        over.set()
        thread.join()
    assert cut >= 3
    assert [[answer.status for answer in life] for life in answers] == [[201, 200]] * 120
    assert sold(portal, 1) == (0, 120)
    assert not [name for name in told if name.startswith("answers 500")], told
    assert {tuple(events(portal, f"f1-{n}")) for n in range(120)} == {("order.held", "order.paid")}


def basket(order: str, skus: list[str]) -> list[Call]:
    lines = [{"line": sku, "sku": sku, "quantity": 1} for sku in skus]
    body = {"currency": "CNY", "order": order, "customer": order, "lines": lines}
    return [("orders", body, f"{order}-hold"), (f"orders/{order}/pay", {}, f"{order}-pay")]


def test_carts_that_name_the_same_goods_the_other_way_round(portal: Arena) -> None:
    """Given carts with the same goods in every order, when they come at once, then no two block each other."""
    skus = [f"{what}-{drop}" for drop in (2, 3, 4) for what in ("shoe", "mug")]
    lives = []
    for number in range(80):
        mine = skus if number % 2 else skus[::-1]
        lives.append(basket(f"round-{number}", random.sample(skus, len(skus)) if number % 5 == 0 else mine))
    before = portal.sql(DEADLOCKS)
    answers, told = together(portal.port, portal.key, lives, clients=12)
    assert [[answer.status for answer in life] for life in answers] == [[201, 200]] * 80
    assert not told, told
    assert portal.sql(DEADLOCKS) == before
    assert [sold(portal, drop) for drop in (2, 3, 4)] == [(0, 80)] * 3


def test_control_without_an_order_of_locks_they_do_block_each_other(portal: Arena) -> None:
    """Given two rows locked the one way and the other, then PostgreSQL ends one, and counts it."""
    answers, _told = together(portal.port, portal.key, [buy(5, 0), buy(6, 0)], clients=1)
    assert answers[0][0].json["payable_total"] == FLASH
    rows = portal.sql("SELECT min(id), max(id) FROM orders_counter WHERE offer IN ('sale-5', 'sale-6')")[0]
    before = portal.sql(DEADLOCKS)[0][0]
    fallen = []
    ready = threading.Barrier(2)

    def lock(first: int, second: int) -> None:
        target = {"host": str(portal.postgres.socket), "user": USER, "dbname": DATABASE}
        with psycopg.connect(**target) as connection:
            for number, row in enumerate((first, second)):
                try:
                    connection.execute("SELECT FROM orders_counter WHERE id = %s FOR NO KEY UPDATE", [row])
                except psycopg.errors.DeadlockDetected:
                    fallen.append(row)
                    return
                if number == 0:
                    ready.wait(10)

    threads = [threading.Thread(target=lock, args=pair) for pair in (rows, rows[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(fallen) == 1
    deadline = time.monotonic() + 10
    while portal.sql(DEADLOCKS)[0][0] == before and time.monotonic() < deadline:
        time.sleep(0.1)
    assert portal.sql(DEADLOCKS)[0][0] == before + 1
