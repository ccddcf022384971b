"""Two writers at once: a loop that neither sees alone, a SKU that enters a category on the move."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from apps.catalog.models import Category, Sku
from apps.catalog.services import upsert_catalog
from apps.catalog.services.category_tree import rebuild_paths
from apps.core.errors import DomainError

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]


def move(code: str, parent: str) -> None:
    upsert_catalog(rows={"categories": [{"code": code, "parent": parent}]}, actor="test")


def in_thread(work: Callable[[], None]) -> tuple[threading.Thread, list[BaseException]]:
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, failed


def test_two_moves_that_make_a_loop_together() -> None:
    upsert_catalog(rows={"categories": [{"code": "a"}, {"code": "b"}]}, actor="test")

    with transaction.atomic():
        move("a", "b")
        other, failed = in_thread(lambda: move("b", "a"))
        other.join(0.3)
        assert other.is_alive()  # it waits for this transaction
    other.join(5)

    assert [type(error) for error in failed] == [DomainError]
    assert dict(Category.objects.values_list("code", "parent_id")) == {"a": "b", "b": None}


def switch_trigger(state: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE catalog_category {state} TRIGGER category_true_paths")


def test_without_lock_and_trigger_the_loop_would_be_stored() -> None:
    """The control: what the test above guards against does happen when nobody locks."""
    upsert_catalog(rows={"categories": [{"code": "a"}, {"code": "b"}]}, actor="test")
    switch_trigger("DISABLE")

    def move_unguarded() -> None:
        with transaction.atomic():
            Category.objects.filter(code="b").update(parent="a")
            rebuild_paths()

    with transaction.atomic():
        Category.objects.filter(code="a").update(parent="b")
        rebuild_paths()
        other, failed = in_thread(move_unguarded)
        other.join(5)
    switch_trigger("ENABLE")

    assert failed == []
    assert dict(Category.objects.values_list("code", "parent_id")) == {"a": "b", "b": "a"}


def test_a_sku_that_enters_a_category_on_the_move_follows_it() -> None:
    upsert_catalog(rows={"categories": [{"code": "a"}, {"code": "b"}]}, actor="test")

    with transaction.atomic():
        upsert_catalog(rows={"skus": [{"sku": "A", "price": 1, "category": "a"}]}, actor="test")
        other, failed = in_thread(lambda: move("a", "b"))
        other.join(0.3)
        assert other.is_alive()
    other.join(5)

    assert failed == []
    assert Sku.objects.get().category_path == ["b", "a"]
