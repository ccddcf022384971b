"""Who calls: a verified key, kept in this process for a moment so that few requests ask the database."""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass

from django.db import connection

from apps.core.clock import now_sql
from apps.storefront.secret_keys import digest_of, prefix_of

# A revoked key must stop within 5 s; this leaves room for the request that was already on its way.
KEPT_SECONDS = 3.0
MOST_KEPT = 10_000

FIND_KEY = """
SELECT key.digest, key.scopes, key.prefix, client.id, client.name, client.shop_id,
       extract(epoch FROM key.expires_at - {now})
FROM storefront_apikey key JOIN storefront_apiclient client ON client.id = key.client_id
WHERE key.prefix = %s AND key.revoked_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Caller:
    """A client of the API as one of its keys shows it; `shop` None is every shop."""

    client_id: int
    name: str
    prefix: str
    scopes: frozenset[str]
    shop: str | None = None
    is_authenticated: bool = True  # what the framework asks of a user

    @property
    def audit_name(self) -> str:
        return f"key:{self.name}"


_kept: dict[str, tuple[float, Caller]] = {}


def caller_of(key: str) -> Caller | None:
    """Whose key this is; None for a wrong, revoked or expired one."""
    kept = _kept.get(key)
    if kept is not None and time.monotonic() < kept[0]:
        return kept[1]
    return _verify(key)


def forget_callers() -> None:
    """Ask the database again for every key, in this process."""
    _kept.clear()


def _verify(key: str) -> Caller | None:
    prefix = prefix_of(key)
    if prefix is None:
        return None
    asked_at = time.monotonic()
    now, parameters = now_sql()
    with connection.cursor() as cursor:
        cursor.execute(FIND_KEY.format(now=now), [*parameters, prefix])
        row = cursor.fetchone()
    if row is None or not hmac.compare_digest(row[0], digest_of(key)) or row[6] <= 0:
        _kept.pop(key, None)
        return None
    caller = Caller(
        client_id=row[3], name=row[4], prefix=row[2], scopes=frozenset(row[1]), shop=row[5] or None
    )
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[key] = (asked_at + min(KEPT_SECONDS, float(row[6])), caller)
    return caller
