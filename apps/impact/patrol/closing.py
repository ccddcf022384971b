"""An alert ends by a person's word: with a cause, and a note that says what was done."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core import outbox
from apps.core.audit import record
from apps.core.clock import database_now
from apps.core.errors import DomainError
from apps.core.permissions import require_permission
from apps.impact.lifecycle import AlertState, Cause
from apps.impact.models.alerts import Alert

CLOSE = "impact.close_alert"


@transaction.atomic
def close_alert(*, alert: Alert, cause: str, note: str, actor: User) -> Alert:
    """Errors: Forbidden, already_closed, reason_required."""
    require_permission(actor, CLOSE)
    locked = Alert.objects.select_for_update().get(pk=alert.pk)
    if locked.state != AlertState.OPEN:
        raise DomainError("already_closed", _("Somebody has closed it already."))
    if not note.strip():
        raise DomainError("reason_required", _("Say why."), "note")
    locked.state, locked.cause, locked.note = AlertState.CLOSED.value, Cause(cause).value, note.strip()
    locked.closed_by, locked.closed_at = actor, database_now()
    locked.save()
    facts = {"state": locked.state, "cause": locked.cause}
    record(
        action="alert.close",
        subject=locked,
        actor=actor,
        before={"state": AlertState.OPEN.value},
        after=facts,
        reason=locked.note,
    )
    outbox.publish(topic="alert.closed", subjects=[str(locked.pk)], payload={**facts, "kind": locked.kind})
    return locked
