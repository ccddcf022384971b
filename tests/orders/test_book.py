"""The offer book of a process: what is in it, how it follows the journal, when it must be compiled again."""

import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.activities import services
from apps.activities.models import Activity
from apps.core import readiness
from apps.offers.selectors import book_version
from apps.offers.services import note_change
from apps.offers.versions.drafts import create_draft
from apps.orders.book import KEEPER, brought_up, compile_book
from tests.activities.cast import person
from tests.storefront import fair

pytestmark = pytest.mark.usefixtures("shop_fair")


def codes(book: Any) -> list[str]:
    return sorted(book.offers.offers)


def test_holds_what_was_approved_and_ended_less_than_90_days_ago() -> None:
    fair.publish(fair.activity("live"))
    fair.publish(fair.activity("later", starts_at="2029-01-01T00:00:00Z"))
    fair.publish(fair.activity("long-over", starts_at="2026-01-01T00:00:00Z", ends_at="2026-02-01T00:00:00Z"))
    create_draft(model=Activity, content=fair.activity("draft"), actor=None)
    assert codes(compile_book()) == ["later", "live"]


def test_brought_up_equals_compiled_anew() -> None:
    ann = person("ann", "operator")
    stays = fair.publish(fair.activity("stays", targeting={"audiences": ["vip"]}, placements=["home"]))
    paused = fair.publish(fair.activity("paused", placements=["home", "cart"]))
    stopped = fair.publish(fair.flash("stopped", 8_000, stock={"total": 9, "per_sku": {"A": 5}}))
    book = compile_book()
    services.pause(thing=paused, actor=ann, reason="x")
    services.stop_skus(activity=stopped, skus=["A"], actor=ann, reason="x")
    services.lower_stock(activity=stopped, value=3, actor=ann, reason="x")
    fair.publish(fair.activity("new", targeting={"audiences": ["vip", "chosen"]}, placements=["cart"]))
    followed, compiled = brought_up(book), compile_book()
    assert followed.version == compiled.version == book_version()
    assert codes(followed) == codes(compiled) == ["new", "paused", "stays", "stopped"]
    assert followed.usages == compiled.usages
    assert compiled.usages["paused"].blocked == "paused"
    assert compiled.usages["stopped"].stopped_skus == {"A"}
    assert compiled.usages["stopped"].stock_total == 3
    assert followed.targeted == compiled.targeted == {"vip": 2, "chosen": 1}
    assert followed.placed == compiled.placed
    assert compiled.placed["home"] == {stays.code, paused.code}
    assert codes(book) == ["paused", "stays", "stopped"]  # an old book never changes


def test_following_reads_only_what_changed() -> None:
    for number in range(20):
        fair.publish(fair.activity(f"offer-{number}"))
    book = KEEPER.at_least(book_version())
    note_change(["offer-3"])
    with CaptureQueriesContext(connection) as queries:
        KEEPER.at_least(book.version + 1)
    assert len(queries) == 2
    assert KEEPER.at_least(book_version()).offers.offers["offer-4"] is book.offers.offers["offer-4"]
    assert KEEPER.at_least(book_version()).offers.offers["offer-3"] is not book.offers.offers["offer-3"]


def test_up_to_date_book_asks_nothing() -> None:
    fair.publish(fair.activity("live"))
    version = book_version()
    book = KEEPER.at_least(version)
    with CaptureQueriesContext(connection) as queries:
        assert KEEPER.at_least(version) is book
        assert KEEPER.at_least(version - 1) is book
    assert len(queries) == 0


def test_an_empty_journal_means_another_database() -> None:
    fair.publish(fair.activity("live"))
    book = KEEPER.at_least(book_version())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM offers_bookchange")
    fresh = KEEPER.at_least(0)
    assert fresh is not book
    assert (fresh.version, codes(fresh)) == (0, ["live"])


def test_offer_that_is_gone_leaves_the_book(monkeypatch: pytest.MonkeyPatch) -> None:
    fair.publish(fair.activity("live", placements=["home"], targeting={"audiences": ["vip"]}))
    book = KEEPER.at_least(book_version())
    note_change(["live"])
    monkeypatch.setattr("apps.orders.book.rows_of", lambda codes: [])
    followed = KEEPER.at_least(book_version())
    assert (codes(book), codes(followed)) == (["live"], [])
    assert (dict(followed.targeted), followed.placed["home"]) == ({}, frozenset())


def test_ready_once_the_book_is_there() -> None:
    assert not KEEPER.loaded
    assert readiness.run_all()["offer_book"] is None
    assert KEEPER.loaded
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["offer_book"]) == (200, "ok")


def test_threads_share_one_refresh(monkeypatch: pytest.MonkeyPatch) -> None:
    fair.publish(fair.activity("live"))
    book = KEEPER.at_least(book_version())
    note_change(["live"])
    newer = brought_up(book)
    calls = []

    def slowly(old: Any) -> Any:
        calls.append(old.version)
        threading.Event().wait(0.05)
        return newer

    monkeypatch.setattr("apps.orders.book.brought_up", slowly)
    seen: list[Any] = []
    threads = [threading.Thread(target=lambda: seen.append(KEEPER.at_least(newer.version))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert calls == [book.version]
    assert {id(found) for found in seen} == {id(newer)}
