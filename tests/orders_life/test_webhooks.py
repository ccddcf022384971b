"""Events reach a real HTTP server: signed, in order, again after failures, given up and sent again."""

import hashlib
import hmac
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import orjson
import pytest
from django.test import Client
from django.urls import reverse

from apps.core import webhooks
from apps.core.clock import database_now, frozen
from apps.core.models import AuditEntry, OutboxEvent, WebhookDelivery, WebhookEndpoint
from tests.activities.cast import person
from tests.orders_life.shop import Shop

pytestmark = pytest.mark.usefixtures("shop_fair")


class Receiver:
    """A server that answers with `status` and keeps what it got."""

    def __init__(self) -> None:
        self.status = 200
        self.got: list[tuple[str, bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((self.headers[webhooks.SIGNATURE], body))
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *_args: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def topics(self) -> list[tuple[str, str]]:
        bodies = [orjson.loads(body) for _signature, body in self.got]
        return [(body["topic"], body["subject"]) for body in bodies]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


def drain() -> None:
    for _round in range(5):
        webhooks.relay()


def test_events_arrive_in_order_and_signed(shop: Shop, receiver: Receiver) -> None:
    endpoint = WebhookEndpoint.objects.create(name="erp", url=receiver.url)
    shop.paid("o1")
    shop.refund("o1", all=True)
    drain()
    assert receiver.topics == [("order.held", "o1"), ("order.paid", "o1"), ("order.refunded", "o1")]
    said, body = receiver.got[0]
    stamp = said.split(",")[0].removeprefix("t=")
    key = webhooks.secret_of(endpoint).encode()
    digest = hmac.new(key, f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    assert said == f"t={stamp},v1={digest}"
    drain()
    assert len(receiver.got) == 3


def test_only_what_is_wanted_is_sent(shop: Shop, receiver: Receiver) -> None:
    WebhookEndpoint.objects.create(name="erp", url=receiver.url, topics=["order.paid"])
    WebhookEndpoint.objects.create(name="off", url=receiver.url, active=False)
    shop.paid("o1")
    drain()
    assert receiver.topics == [("order.paid", "o1")]
    assert OutboxEvent.objects.filter(relayed_at=None).count() == 0


def test_a_failure_holds_back_its_order_only(shop: Shop, receiver: Receiver) -> None:
    """Given a receiver that fails, when it recovers, then each order's events come in order, none lost."""
    WebhookEndpoint.objects.create(name="erp", url=receiver.url)
    receiver.status = 500
    shop.paid("o1")
    drain()
    assert receiver.topics == [("order.held", "o1")]
    receiver.status = 204
    shop.held("o2")
    drain()
    assert receiver.topics[1:] == [("order.held", "o2")]
    with frozen(database_now() + timedelta(seconds=6)):
        drain()
    assert receiver.topics[2:] == [("order.held", "o1"), ("order.paid", "o1")]


def given_up(shop: Shop, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> WebhookDelivery:
    monkeypatch.setattr(webhooks, "MOST_ATTEMPTS", 1)
    WebhookEndpoint.objects.create(name="erp", url=receiver.url)
    receiver.status = 302
    shop.held("o1")
    drain()
    receiver.status = 200
    drain()
    dead = WebhookDelivery.objects.get()
    assert (dead.dead_at is not None, dead.last_error, len(receiver.got)) == (True, "HTTP 302", 1)
    return dead


def window(role: str) -> Client:
    user = person("sam", role)
    user.is_staff, user.language = True, "en"
    user.save()
    client = Client()
    client.force_login(user)
    return client


def test_what_is_given_up_is_sent_again_from_its_page(
    shop: Shop, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a dead letter, when an administrator sends it again, then it arrives and the audit log says who did."""
    dead = given_up(shop, receiver, monkeypatch)
    client = window("administrator")
    page = reverse("admin:core_webhookdelivery_change", args=[dead.pk])
    assert 'id="pp-send-again"' in client.get(page).content.decode()
    again = reverse("admin:core_webhookdelivery_send_again", args=[dead.pk])
    assert client.get(again).status_code == 403
    for _twice in range(2):
        assert client.post(again).url == page
    drain()
    dead.refresh_from_db()
    assert (dead.delivered_at is not None, len(receiver.got)) == (True, 2)
    assert 'id="pp-send-again"' not in client.get(page).content.decode()
    entry = AuditEntry.objects.get(action="core.resend_webhook")
    assert (entry.actor, entry.subject_code, entry.before["last_error"]) == (
        "user:sam",
        str(dead.pk),
        "HTTP 302",
    )
    assert (entry.after["endpoint"], entry.after["topic"], entry.after["subject"]) == (
        "erp",
        "order.held",
        "o1",
    )


@pytest.mark.parametrize("role", ["operator", "approver", "analyst", "auditor", "customer_service"])
def test_others_may_not_send_again(
    shop: Shop, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    dead = given_up(shop, receiver, monkeypatch)
    again = reverse("admin:core_webhookdelivery_send_again", args=[dead.pk])
    assert window(role).post(again).status_code in (403, 404)
    dead.refresh_from_db()
    assert dead.dead_at is not None
    assert not AuditEntry.objects.filter(action="core.resend_webhook").exists()
