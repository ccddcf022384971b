"""The same request has the same answer to the byte, and one effect; another with its key is refused."""

import threading
from typing import Any

import pytest
from django.db import connections, transaction

from apps.core import idempotency
from apps.core.models import IdempotencyRecord
from apps.orders.models import Order
from apps.storefront.services.keys import add_client, issue_key
from tests.orders_life.shop import Shop
from tests.storefront import fair

pytestmark = pytest.mark.usefixtures("shop_fair")
BODY = {"currency": "CNY", "lines": [{"line": "1", "sku": "A", "quantity": 1}], "order": "o1"}


def same(one: Any, other: Any) -> bool:
    """Status, bytes and type are equal, and the second says that it is a repetition."""
    assert "Idempotent-Replayed" not in one.headers
    assert other.headers["Idempotent-Replayed"] == "true"
    return (one.status_code, one.content, one["Content-Type"]) == (
        other.status_code,
        other.content,
        other["Content-Type"],
    )


def test_every_post_is_replayed_to_the_byte(shop: Shop) -> None:
    fair.publish(fair.flash("f", 6_000, stock={"total": 5}))
    refund = {"refund": "r1", "fault": "customer", "all": True}
    for number, (path, body) in enumerate(
        [("orders", BODY), ("orders/o1/pay", {}), ("orders/o1/refunds", refund), ("orders/o1/cancel", {})]
    ):
        first = shop.post(path, body, idempotency=f"k{number}")
        assert same(first, shop.post(path, body, idempotency=f"k{number}"))
    assert Order.objects.get().refunds.count() == 1
    assert IdempotencyRecord.objects.count() == 4


def test_refusals_of_business_are_stored_too(shop: Shop) -> None:
    assert same(
        shop.post("orders/x/pay", {}, idempotency="k"), shop.post("orders/x/pay", {}, idempotency="k")
    )
    refused = shop.post("orders", {**BODY, "expected_payable": 1}, idempotency="p")
    assert refused.status_code == 409
    fair.publish(fair.flash("f", 1))
    assert same(refused, shop.post("orders", {**BODY, "expected_payable": 1}, idempotency="p"))


def test_a_faulty_body_is_not_stored(shop: Shop) -> None:
    assert shop.post("orders", {**BODY, "currency": "USD"}, idempotency="k").status_code == 400
    assert IdempotencyRecord.objects.count() == 0
    assert shop.post("orders", BODY, idempotency="k").status_code == 201


@pytest.mark.parametrize("sent", [None, "with space", "é", "x" * 256])
def test_a_key_is_needed(shop: Shop, sent: str | None) -> None:
    refused = shop.post("orders", BODY, idempotency=sent)
    assert (refused.status_code, refused.json()["code"]) == (400, "idempotency_key_required")
    assert Order.objects.count() == 0


def test_a_key_belongs_to_one_request(shop: Shop) -> None:
    shop.post("orders", BODY, idempotency="k")
    for path, body in (("orders", {**BODY, "order": "o2"}), ("orders/o1/pay", {})):
        refused = shop.post(path, body, idempotency="k")
        assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert Order.objects.get().state == "held"


def test_a_key_belongs_to_one_client(shop: Shop) -> None:
    other = Shop(issue_key(client=add_client(name="other"), scopes=["storefront"], actor=None).text)
    assert shop.post("orders", BODY, idempotency="k").status_code == 201
    refused = other.post("orders", BODY, idempotency="k")
    assert refused.json()["code"] == "order_exists"


@pytest.mark.django_db(transaction=True)
def test_a_second_request_does_not_wait_for_the_first(shop: Shop) -> None:
    """Given one that is still running, when the same comes again, then it hears 409 at once."""
    client = idempotency.Request(1, "k", "POST", "/p", b"{}")
    running, go_on = threading.Event(), threading.Event()
    answers: list[idempotency.Reply] = []

    def slow() -> idempotency.Reply:
        running.set()
        go_on.wait(10)
        return idempotency.Reply(200, b"first")

    def first() -> None:
        try:
            answers.append(idempotency.once(client, slow, lambda error: None))
        finally:
            connections.close_all()

    thread = threading.Thread(target=first)
    thread.start()
    assert running.wait(10)
    with pytest.raises(Exception, match="still running") as refused, transaction.atomic():
        idempotency.once(client, lambda: idempotency.Reply(200, b"second"), lambda error: None)
    assert refused.value.code == "in_progress"  # type: ignore[attr-defined]
    go_on.set()
    thread.join(10)
    again = idempotency.once(client, lambda: idempotency.Reply(200, b"second"), lambda error: None)
    assert (answers[0].body, again.body, again.replayed) == (b"first", b"first", True)
