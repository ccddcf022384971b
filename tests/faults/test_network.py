"""Answers that get lost: between shop and portal, and between portal and database; requests twice and out of order."""

import os
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bench.soak.arena import STOP_STEPS, Arena
from bench.soak.plan import FLASH, wish
from promo_portal.embedded import process
from promo_portal.embedded.postgres import DATABASE, USER
from tests.faults.clients import Answer, Call, buy, events, sold, together
from tests.faults.proxy import Proxy

pytestmark = [pytest.mark.concurrency, pytest.mark.slow]


def test_answers_lost_on_the_way_to_the_shop(portal: Arena) -> None:
    """Given a network that loses every third answer and is slow, when shops ask again, then each has bought once."""
    proxy = Proxy(("127.0.0.1", portal.port))
    seen: list[int] = []

    def every_third(_request: bytes) -> bool:
        seen.append(1)
        return len(seen) % 3 == 0

    proxy.lose_answer, proxy.pause = every_third, 0.01
    answers, told = together(proxy.port, portal.key, [buy(7, n) for n in range(30)])
    proxy.close()
    assert proxy.lost >= 20
    assert told["connections lost"] >= 20
    assert [[answer.status for answer in life] for life in answers] == [[201, 200]] * 30
    assert any(answer.replayed for life in answers for answer in life)
    assert sold(portal, 7) == (0, 30)
    assert {tuple(events(portal, f"f7-{n}")) for n in range(30)} == {("order.held", "order.paid")}


@pytest.fixture
def between(portal: Arena, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Arena, Proxy]]:
    """A second web server of the same portal whose way to the database leads through a proxy."""
    folder = Path("/tmp") / f"portal-proxy-{os.getpid()}"
    folder.mkdir(mode=0o711)
    name = ".s.PGSQL.5432"
    proxy = Proxy(str(portal.postgres.socket / name), folder / name)
    url = f"postgres://{USER}@/{DATABASE}?host={folder}"
    beside = replace(portal, workers=1, more={**portal.more, "DATABASE_URL": url}, web=None, keeper=None)
    try:
        beside.start_web()
        yield beside, proxy
    finally:
        process.stop(beside.web, STOP_STEPS)
        proxy.close()
        (folder / name).unlink()
        folder.rmdir()


def test_a_commit_whose_answer_is_lost(between: tuple[Arena, Proxy]) -> None:
    """Given commits that the portal never hears of, when the shop asks again, then it gets the answer that counts."""
    beside, proxy = between
    commits: list[int] = []

    def some_commits(request: bytes) -> bool:
        if b"COMMIT" in request:
            commits.append(1)
            return len(commits) % 4 == 0
        return False

    proxy.lose_answer = some_commits
    answers, told = together(beside.port, beside.key, [buy(8, n) for n in range(20)], clients=4)
    proxy.lose_answer = lambda request: False
    assert proxy.lost >= 3
    assert [[answer.status for answer in life] for life in answers] == [[201, 200]] * 20
    assert not [name for name in told if name.startswith("answers 500")], told
    assert any(answer.replayed for life in answers for answer in life)
    assert sold(beside, 8) == (0, 20)
    assert {tuple(events(beside, f"f8-{n}")) for n in range(20)} == {("order.held", "order.paid")}


def shuffled_life(order: str) -> list[Call]:
    """Hold, pay, cancel and refund of one order, each one to five times, in any order."""
    back = {"refund": "r1", "fault": "customer", "all": True}
    calls: list[Call] = [
        ("orders", wish(order, order, 9, 1, FLASH, budget=False), f"{order}-hold"),
        (f"orders/{order}/pay", {}, f"{order}-pay"),
        (f"orders/{order}/cancel", {}, f"{order}-cancel"),
        (f"orders/{order}/refunds", back, f"{order}-refund"),
    ]
    many = [call for call in calls for _ in range(random.randint(1, 5))]
    return random.sample(many, len(many))


def test_everything_twice_and_out_of_order(portal: Arena) -> None:
    """Given requests one to five times and shuffled, then each key has one answer and every order lived one life."""
    calls = [call for number in range(25) for call in shuffled_life(f"twice-{number}")]
    random.shuffle(calls)
    answers, told = together(portal.port, portal.key, [[call] for call in calls], clients=12)
    of_key: dict[str, list[Answer]] = {}
    for (_path, _body, key), [answer] in zip(calls, answers, strict=True):
        of_key.setdefault(key, []).append(answer)
    assert {len({(one.status, one.body) for one in same}) for same in of_key.values()} == {1}
    assert {sum(not one.replayed for one in same) for same in of_key.values()} == {1}
    assert {name for name in told if not name.endswith("in_progress")} == set(), told
    lives = [
        ["order.held"],
        ["order.held", "order.paid"],
        ["order.held", "order.cancelled"],
        ["order.held", "order.paid", "order.refunded"],
    ]
    ends = [events(portal, f"twice-{number}") for number in range(25)]
    assert all(end in lives for end in ends), ends
    # Drop 9 takes refunds back, so what was refunded is on sale again.
    assert sold(portal, 9) == (ends.count(lives[0]), ends.count(lives[1]))
