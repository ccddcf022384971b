"""The portal's own settings: the first pack makes them."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import Portal
from apps.core.audit import record
from apps.core.errors import DomainError
from apps.core.permissions import require_permission

CHANGE = "catalog.change_portal"


@transaction.atomic
def set_block_below_floor(*, on: bool, actor: Any, reason: str) -> Portal:
    """Whether orders below a floor price are refused from the next one on. Errors: reason_required, no_portal."""
    return _switch("block_below_floor", on, actor, reason)


@transaction.atomic
def set_goal_from(*, amount: int | None, actor: Any, reason: str) -> Portal:
    """From which budget on an activity is not submitted without a goal; None: never. Errors as above, negative."""
    if amount is not None and amount < 0:
        raise DomainError("negative", _("An amount is 0 or more."), "amount")
    return _switch("goal_from_amount", amount, actor, reason)


def _switch(name: str, value: Any, actor: Any, reason: str) -> Portal:
    """One setting of the row, with its entry in the audit log."""
    require_permission(actor, CHANGE)
    if not reason.strip():
        raise DomainError("reason_required", _("Say why."), "reason")
    portal = Portal.objects.select_for_update().first()
    if portal is None:
        raise DomainError("no_portal", _("The first pack sets up the portal."))
    before = getattr(portal, name)
    if before != value:
        setattr(portal, name, value)
        portal.save(update_fields=[name])
        record(
            action="portal.change",
            subject=portal,
            actor=actor,
            before={name: before},
            after={name: value},
            reason=reason.strip(),
        )
    return portal


@transaction.atomic
def set_portal(*, currency: str, selection: str, actor: Any, reason: str = "") -> Portal:
    """Make the portal's settings, or change its selection. Raises DomainError `currency_mismatch`."""
    wanted = {"currency": currency, "selection": selection}
    portal, created = Portal.objects.select_for_update().get_or_create(id=1, defaults=wanted)
    if created:
        record(action="portal.set_up", subject=portal, actor=actor, after=wanted, reason=reason)
        return portal
    if portal.currency != currency:
        raise DomainError(
            "currency_mismatch",
            _("This portal counts in %(held)s, not in %(given)s."),
            field="currency",
            held=portal.currency,
            given=currency,
        )
    if portal.selection != selection:
        before, portal.selection = {"selection": portal.selection}, selection
        portal.save(update_fields=["selection"])
        after = {"selection": selection}
        record(action="portal.change", subject=portal, actor=actor, before=before, after=after, reason=reason)
    return portal
