"""When the patrol goes without being asked: once a night, and over goods that changed or came into a scope."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from apps.catalog.models import Sku
from apps.core import jobs
from apps.core.clock import database_now
from apps.core.models import AuditEntry
from apps.impact.models.alerts import PatrolMark
from apps.impact.patrol.walking import start

#: more changed goods than this are everything
MOST = 20_000


@transaction.atomic
def nightly() -> jobs.Job | None:
    """Tonight's patrol, where it is due: once a day from the hour on, however many schedulers ask."""
    now = database_now()
    local = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    mark = _mark(now)
    if local.hour < settings.PATROL_HOUR or mark.nightly_on == local.date():
        return None
    mark.nightly_on = local.date()
    mark.save(update_fields=["nightly_on"])
    return start(actor=None)


@transaction.atomic
def recheck() -> jobs.Job | None:
    """A patrol over the goods that changed since the last look, by themselves or by a category above them."""
    now = database_now()
    mark = _mark(now)
    last = AuditEntry.objects.aggregate(last=Max("pk"))["last"] or 0
    # Of moved categories only the log knows: a trigger rewrites the paths of their goods.
    moved = AuditEntry.objects.filter(
        pk__gt=mark.audit_id, pk__lte=last, subject_type="catalog.category"
    ).values_list("subject_code", flat=True)
    changed = Sku.objects.filter(updated_at__gt=mark.checked_at)
    below = Sku.objects.in_categories(sorted(set(moved)))
    skus = sorted({*changed.values_list("pk", flat=True)[:MOST], *below.values_list("pk", flat=True)[:MOST]})
    mark.checked_at, mark.audit_id = now, last
    mark.save(update_fields=["checked_at", "audit_id"])
    if not skus:
        return None
    return start(actor=None, skus=skus if len(skus) < MOST else None)


def _mark(now: datetime) -> PatrolMark:
    """The one row, locked; the first look begins where it is made."""
    mark, _created = PatrolMark.objects.select_for_update().get_or_create(id=1, defaults={"checked_at": now})
    return mark
