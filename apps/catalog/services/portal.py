"""The portal's own settings: the first pack makes them."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import Portal
from apps.core.audit import record
from apps.core.errors import DomainError


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
