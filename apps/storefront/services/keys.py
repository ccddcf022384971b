"""Issuing and revoking keys; a client has two live ones at most, so that one can take over from the other."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.core import audit
from apps.core.clock import database_now
from apps.core.errors import DomainError
from apps.core.permissions import require_permission
from apps.storefront.callers import forget_callers
from apps.storefront.models import ApiClient, ApiKey
from apps.storefront.scopes import Scope
from apps.storefront.secret_keys import NewKey, new_key

MOST_LIVE_KEYS = 2
DEFAULT_DAYS = 365
MOST_DAYS = 3_650
CONSOLE = "system:console"


def add_client(*, name: str, shop: str | None = None) -> ApiClient:
    """A new client from the command line, which only those with the server's own rights reach."""
    with transaction.atomic():
        client = ApiClient.objects.create(name=name, shop_id=shop)
        note_new_client(client=client, actor=None)
    return client


def note_new_client(*, client: ApiClient, actor: AbstractUser | None) -> None:
    """Audit a client that was just made, in the transaction that made it."""
    audit.record(
        action="storefront.add_client",
        subject=audit.Subject(ApiClient._meta.label_lower, client.name),
        actor=actor or CONSOLE,
        after={"name": client.name, "shop": client.shop_id},
    )


def issue_key(
    *, client: ApiClient, scopes: Iterable[str], days: int = DEFAULT_DAYS, actor: AbstractUser | None
) -> NewKey:
    """A new key of a client, told only here. Errors: unknown_scope, no_scope, bad_days, two_live_keys."""
    if actor is not None:
        require_permission(actor, "storefront.issue_apikey")
    granted = _known(scopes)
    if not 1 <= days <= MOST_DAYS:
        raise DomainError(
            "bad_days", _("A key lives between 1 and %(most)s days."), field="days", most=MOST_DAYS
        )
    with transaction.atomic():
        client = ApiClient.objects.select_for_update().get(pk=client.pk)
        now = database_now()
        _require_room(client)
        key = new_key()
        stored = ApiKey.objects.create(
            client=client,
            prefix=key.prefix,
            digest=key.digest,
            scopes=granted,
            expires_at=now + timedelta(days=days),
        )
        audit.record(
            action="storefront.issue_key",
            subject=_subject(stored),
            actor=actor or CONSOLE,
            after={"client": client.name, "scopes": granted, "expires_at": stored.expires_at.isoformat()},
        )
    return key


def revoke_key(*, key: ApiKey, actor: AbstractUser | None) -> bool:
    """Stop a key, here at once and in every process within seconds; False when it was revoked before."""
    if actor is not None:
        require_permission(actor, "storefront.revoke_apikey")
    with transaction.atomic():
        now = database_now()
        if not ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now):
            return False
        audit.record(
            action="storefront.revoke_key",
            subject=_subject(key),
            actor=actor or CONSOLE,
            after={"client": key.client.name, "revoked_at": now.isoformat()},
        )
    forget_callers()
    return True


def _known(scopes: Iterable[str]) -> list[str]:
    wanted = set(scopes)
    unknown = sorted(wanted - set(Scope))
    if unknown:
        raise DomainError(
            "unknown_scope", _("There is no scope %(names)s."), field="scopes", names=", ".join(unknown)
        )
    if not wanted:
        raise DomainError("no_scope", _("Give the key at least one scope."), field="scopes")
    return [scope.value for scope in Scope if scope in wanted]


def _require_room(client: ApiClient) -> None:
    """Raise while the client has all the live keys it may have. The client's row is locked."""
    live = ApiKey.objects.filter(client=client, revoked_at=None, expires_at__gt=database_now()).count()
    if live >= MOST_LIVE_KEYS:
        raise DomainError(
            "two_live_keys",
            _("%(client)s has %(live)s live keys; revoke one of them first."),
            client=client.name,
            live=live,
        )


def _subject(key: ApiKey) -> audit.Subject:
    return audit.Subject(ApiKey._meta.label_lower, key.prefix)
