"""Who decides for an approver who is away."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.clock import DatabaseNow


class Delegation(models.Model):
    """For `[starts_at, ends_at)` the delegate may decide what the principal may.

    One that makes an approver of somebody who is none counts once an administrator has confirmed it.
    """

    principal = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="delegations", verbose_name=_("approver")
    )
    delegate = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="stands_in", verbose_name=_("delegate")
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    needs_confirmation = models.BooleanField(_("an administrator must confirm"), default=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    created_at = models.DateTimeField(_("created"), db_default=DatabaseNow(), editable=False)
    ended_at = models.DateTimeField(_("ended early"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [("name_delegate", _("Can name a delegate for an absence"))]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="delegation_has_time"),
            models.CheckConstraint(condition=~Q(delegate=F("principal")), name="delegation_to_another"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None)
                | ~Q(confirmed_by=F("principal")) & ~Q(confirmed_by=F("delegate")),
                name="delegation_confirmed_by_third",
            ),
        ]
        indexes = [
            models.Index(fields=["delegate", "ends_at"], name="delegation_by_delegate"),
            models.Index(fields=["principal", "ends_at"], name="delegation_by_principal"),
        ]

    def __str__(self) -> str:
        return f"{self.delegate} for {self.principal}"

    def counts_at(self, moment: datetime) -> bool:
        settled = not self.needs_confirmation or self.confirmed_by_id is not None
        return settled and self.ended_at is None and self.starts_at <= moment < self.ends_at
