"""Keeping, renaming and dropping patterns; audited, and within the shops of who does it."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.scope import require_own, require_shop
from apps.activities.models import Activity, Pattern
from apps.core.audit import record
from apps.core.clock import database_now
from apps.core.errors import DomainError
from apps.core.permissions import require_permission
from apps.offers.documents import content_hash

#: what the next one says anew
OWN = frozenset({"code", "starts_at", "ends_at", "visible_from", "event"})


@transaction.atomic
def keep_pattern(*, activity: Activity, name: str, actor: User) -> Pattern:
    """Keep what the newest version of an activity says; an equal name in its shop replaces what was kept under it."""
    newest = activity.open_version() or activity.current or activity.versions.latest("number")
    content = {key: value for key, value in newest.content.items() if key not in OWN}
    require_shop(actor, activity.shop_code)
    known = Pattern.objects.select_for_update().filter(shop_code=activity.shop_code, name=name).first()
    require_permission(actor, "activities.change_pattern" if known else "activities.add_pattern")
    pattern = known or Pattern(shop_code=activity.shop_code, name=name)
    before = _facts(pattern) if known else None
    pattern.content, pattern.kind = content, content["kind"]
    pattern.kept_by, pattern.kept_at = actor, database_now()
    _write(pattern)
    record(
        action="pattern.replace" if known else "pattern.keep",
        subject=pattern,
        actor=actor,
        before=before,
        after={**_facts(pattern), "activity": activity.code},
    )
    return pattern


@transaction.atomic
def rename_pattern(*, pattern: Pattern, name: str, actor: User) -> Pattern:
    """Another name, that no other pattern of the shop has."""
    require_permission(actor, "activities.change_pattern")
    locked = Pattern.objects.select_for_update().get(pk=pattern.pk)
    require_own(actor, locked)
    if locked.name == name:
        return locked
    before = {"name": locked.name}
    locked.name = name
    _write(locked)
    record(action="pattern.rename", subject=locked, actor=actor, before=before, after={"name": name})
    return locked


@transaction.atomic
def drop_pattern(*, pattern: Pattern, actor: User) -> None:
    """Nothing hangs on a pattern: what began with it goes on."""
    require_permission(actor, "activities.delete_pattern")
    locked = Pattern.objects.select_for_update().get(pk=pattern.pk)
    require_own(actor, locked)
    record(
        action="pattern.drop",
        subject=locked,
        actor=actor,
        before={**_facts(locked), "content": locked.content},
    )
    locked.delete()


def _write(pattern: Pattern) -> None:
    if not pattern.name.strip():
        raise DomainError("name_empty", _("Give it a name."), "name")
    try:
        with transaction.atomic():
            pattern.save()
    except IntegrityError as clash:
        message = _("There is a pattern named %(taken)s already.")
        raise DomainError("name_taken", message, "name", taken=pattern.name) from clash


def _facts(pattern: Pattern) -> Mapping[str, Any]:
    return {
        "name": pattern.name,
        "shop": pattern.shop_code,
        "kind": pattern.kind,
        "content_hash": content_hash(pattern.content),
    }
