"""Delivers events to webhooks: at least once, those of one thing in order, signed, with growing pauses, until given up.

A delivery is leased before it is sent and its outcome written afterwards; no transaction is open while others answer.
"""

from __future__ import annotations

import hashlib
import hmac
import urllib.error
import urllib.request
from datetime import timedelta

import orjson
from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import connection, transaction

from apps.core import outbox
from apps.core.audit import record
from apps.core.clock import database_now
from apps.core.locks import AdvisoryLock, try_hold
from apps.core.models import OutboxEvent, WebhookDelivery, WebhookEndpoint
from apps.core.permissions import require_permission

BATCH = 500
SEND_BATCH = 50
LEASE = timedelta(seconds=60)
TIMEOUT = 10
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)
MOST_ATTEMPTS = 15
SIGNATURE = "Portal-Signature"
RESEND = "core.resend_webhookdelivery"

# The earliest delivery of each thing to each endpoint: later ones wait for it, unless it was given up.
DUE = """
SELECT d.id FROM core_webhookdelivery d JOIN core_webhookendpoint e ON e.id = d.endpoint_id AND e.active
WHERE d.delivered_at IS NULL AND d.dead_at IS NULL AND d.next_at <= %s AND NOT EXISTS (
    SELECT FROM core_webhookdelivery w WHERE w.endpoint_id = d.endpoint_id AND w.subject = d.subject AND w.id < d.id
        AND w.delivered_at IS NULL AND w.dead_at IS NULL)
ORDER BY d.id LIMIT %s FOR UPDATE OF d SKIP LOCKED
"""


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """An endpoint that moved is an endpoint to be corrected: its secret goes nowhere else."""

    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        return None


OPENER = urllib.request.build_opener(NoRedirects)


def relay() -> int:
    """Hand out what waits and send what is due; the number delivered."""
    while fan_out() == BATCH:
        pass
    delivered = 0
    for delivery in lease():
        delivered += send(delivery)
    return delivered


@transaction.atomic
def fan_out() -> int:
    """One delivery for each waiting event and each endpoint that wants it; the number of events."""
    if not try_hold(AdvisoryLock.RELAY_EVENTS):
        return 0
    events = list(OutboxEvent.objects.filter(relayed_at=None).order_by("id")[:BATCH])
    endpoints = list(WebhookEndpoint.objects.filter(active=True))
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(event=event, endpoint=endpoint, subject=event.subject)
        for event in events
        for endpoint in endpoints
        if not endpoint.topics or event.topic in endpoint.topics
    )
    outbox.pass_on(events)
    OutboxEvent.objects.filter(pk__in=[event.pk for event in events]).update(relayed_at=database_now())
    return len(events)


@transaction.atomic
def lease() -> list[WebhookDelivery]:
    """Deliveries that this process may send now; when it dies, others may after the lease."""
    now = database_now()
    with connection.cursor() as cursor:
        cursor.execute(DUE, [now, SEND_BATCH])
        ids = [pk for (pk,) in cursor.fetchall()]
    WebhookDelivery.objects.filter(pk__in=ids).update(next_at=now + LEASE)
    return list(WebhookDelivery.objects.filter(pk__in=ids).select_related("event", "endpoint").order_by("id"))


def send(delivery: WebhookDelivery) -> bool:
    """Post it and note the outcome; whether it was taken (any 2xx)."""
    error = _post(delivery.endpoint, _body(delivery.event))
    now = database_now()
    delivery.attempts += 1
    delivery.last_error = error[:200]
    if not error:
        delivery.delivered_at = now
    elif delivery.attempts >= MOST_ATTEMPTS:
        delivery.dead_at = now
    else:
        delivery.next_at = now + min(FIRST_PAUSE * 2 ** (delivery.attempts - 1), LONGEST_PAUSE)
    delivery.save(update_fields=["attempts", "last_error", "delivered_at", "dead_at", "next_at"])
    return not error


@transaction.atomic
def send_again(*, delivery: WebhookDelivery, actor: AbstractUser) -> bool:
    """Give a delivery that was given up all its attempts again; False, and nothing noted, when it was not given up."""
    require_permission(actor, RESEND)
    dead = WebhookDelivery.objects.filter(pk=delivery.pk, dead_at__isnull=False)
    if not dead.update(dead_at=None, attempts=0, next_at=database_now()):
        return False
    record(
        action="core.resend_webhook",
        subject=delivery,
        actor=actor,
        before={"attempts": delivery.attempts, "last_error": delivery.last_error},
        after={
            "endpoint": delivery.endpoint.name,
            "event": delivery.event_id,
            "topic": delivery.event.topic,
            "subject": delivery.subject,
        },
    )
    return True


def secret_of(endpoint: WebhookEndpoint) -> str:
    """What the receiver checks signatures with."""
    return hmac.new(settings.SECRET_KEY.encode(), f"webhook:{endpoint.salt}".encode(), "sha256").hexdigest()


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """`t=<seconds>,v1=<HMAC-SHA256 of "<seconds>.<body>">`; receivers refuse old timestamps."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


def _body(event: OutboxEvent) -> bytes:
    return orjson.dumps(
        {
            "id": event.pk,
            "topic": event.topic,
            "subject": event.subject,
            "at": event.created_at,
            "data": event.payload,
        }
    )


def _post(endpoint: WebhookEndpoint, body: bytes) -> str:
    """Nothing when it was taken, else what came instead."""
    if not endpoint.url.startswith(("https://", "http://")):
        return "the address is no http address"
    now = int(database_now().timestamp())
    headers = {"Content-Type": "application/json", SIGNATURE: signature(secret_of(endpoint), now, body)}
    request = urllib.request.Request(endpoint.url, body, headers)  # noqa: S310 - checked above
    try:
        with OPENER.open(request, timeout=TIMEOUT) as response:
            return "" if 200 <= response.status < 300 else f"HTTP {response.status}"
    except urllib.error.HTTPError as error:
        return f"HTTP {error.code}"
    except (OSError, ValueError) as error:
        return type(error).__name__
