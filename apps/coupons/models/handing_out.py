"""Handing out without a claim, and taking back: quotas of agents, events that bring coupons, voiding in batches."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.clock import DatabaseNow
from apps.core.codes import CodeField
from apps.coupons.lifecycle import EventGrantState


class CompensationQuota(models.Model):
    """What an agent may grant in a day of the portal; the row without an agent is for all who have none."""

    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("agent"),
    )
    quantity = models.PositiveIntegerField(_("coupons a day"))
    amount = models.BigIntegerField(_("worst case a day"))
    updated_at = models.DateTimeField(_("changed"), db_default=DatabaseNow(), editable=False)

    class Meta:
        verbose_name = _("compensation quota")
        verbose_name_plural = _("compensation quotas")
        ordering = ["id"]
        default_permissions = ("view",)
        permissions = [
            ("ask_compensationquota", _("Can ask for other compensation quotas")),
            ("approve_compensationquota", _("Can approve other compensation quotas")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["agent"], nulls_distinct=False, name="compensation_quota_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="compensation_quota_not_negative"),
        ]

    def __str__(self) -> str:
        return str(self.agent or _("everybody else"))


class CompensationUse(models.Model):
    """What an agent has granted on one day of the portal (YYYY-MM-DD), never beyond the quota of its last grant."""

    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    day = models.CharField(max_length=10)
    quantity = models.PositiveIntegerField(default=0)
    amount = models.BigIntegerField(default=0)
    most_quantity = models.PositiveIntegerField()
    most_amount = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["agent", "day"], name="compensation_use_once"),
            models.CheckConstraint(
                condition=Q(quantity__lte=F("most_quantity"))
                & Q(amount__lte=F("most_amount"))
                & Q(amount__gte=0),
                name="compensation_use_within",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.day}"


EVENT_GRANT_LABELS = {
    EventGrantState.WAITING.value: _("waiting"),
    EventGrantState.GRANTED.value: _("granted"),
    EventGrantState.REFUSED.value: _("refused"),
}


class EventGrant(models.Model):
    """Something a customer did that brings coupons of a campaign, once: `event` names it, `paid:ORDER`, `level:3`."""

    campaign = CodeField(_("claim campaign"))
    customer_code = CodeField(_("customer"))
    event = models.CharField(_("event"), max_length=80)
    state = models.CharField(
        _("state"),
        max_length=8,
        choices=list(EVENT_GRANT_LABELS.items()),
        default=EventGrantState.WAITING,
        db_default=EventGrantState.WAITING.value,
    )
    reason = models.CharField(_("reason"), max_length=40, blank=True, db_default="")
    at = models.DateTimeField(_("time"), db_default=DatabaseNow(), editable=False)

    class Meta:
        verbose_name = _("coupons on an event")
        verbose_name_plural = _("coupons on events")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["customer_code", "campaign", "event"], name="event_grant_once"),
            models.CheckConstraint(condition=Q(state__in=list(EventGrantState)), name="event_grant_known"),
        ]
        indexes = [
            models.Index(
                fields=["campaign", "id"],
                condition=Q(state=EventGrantState.WAITING),
                name="event_grant_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} {self.customer_code} {self.event}"


class VoidRun(models.Model):
    """Voiding, in batches, of a template's coupons issued up to `cutoff`; over when none is unused or held."""

    template = CodeField(_("coupon template"))
    cutoff = models.DateTimeField(_("issued before"))
    total = models.BigIntegerField(_("coupons"))
    voided = models.BigIntegerField(_("voided"), default=0, db_default=0)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("approved by")
    )
    created_at = models.DateTimeField(_("created"), db_default=DatabaseNow(), editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)

    class Meta:
        verbose_name = _("voiding")
        verbose_name_plural = _("voidings")
        ordering = ["-id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["template"], condition=Q(ended_at=None), name="void_run_one_open"
            ),
            models.CheckConstraint(condition=Q(voided__gte=0), name="void_run_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.voided}/{self.total}"
