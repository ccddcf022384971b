"""What would sell too cheap: alerts with their goods, and rules that pause activities by themselves."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.clock import DatabaseNow
from apps.core.codes import CodeField
from apps.impact.lifecycle import AlertKind, AlertState, Cause, RuleState, Severity

SEVERITY_LABELS = {
    Severity.CRITICAL: _("critical"),
    Severity.HIGH: _("high"),
}
KIND_LABELS = {
    AlertKind.BELOW_COST: _("could sell below cost"),
    AlertKind.BELOW_FLOOR: _("could sell below its floor price"),
    AlertKind.ORDER_REFUSED: _("orders below the floor price were refused"),
}
STATE_LABELS = {AlertState.OPEN: _("not dealt with"), AlertState.CLOSED: _("dealt with")}
CAUSE_LABELS = {
    Cause.FIXED: _("It was a mistake and has been put right"),
    Cause.ACCEPTED: _("It is meant: accepted at this price"),
    Cause.FALSE_ALARM: _("It cannot happen: a false alarm"),
}
RULE_LABELS = {
    RuleState.PROPOSED: _("waits for a second administrator"),
    RuleState.ACTIVE: _("switched on"),
    RuleState.OFF: _("switched off"),
}


def choices(labels: Any) -> list[tuple[str, Any]]:
    return [(key.value, label) for key, label in labels.items()]


class Alert(models.Model):
    """One mistake: a stack of offers and what it does, whatever the number of its goods. Open, there is one per `key`.

    `times` counts how often it was found, `run` names the search that found it last.
    """

    kind = models.CharField(_("what"), max_length=20, choices=choices(KIND_LABELS))
    severity = models.CharField(_("severity"), max_length=10, choices=choices(SEVERITY_LABELS))
    state = models.CharField(
        _("state"), max_length=8, choices=choices(STATE_LABELS), default=AlertState.OPEN.value
    )
    key = models.CharField(max_length=64)
    offers = ArrayField(models.CharField(max_length=64), verbose_name=_("offers"), default=list)
    times = models.PositiveIntegerField(_("times"), default=1)
    run = models.CharField(max_length=40, blank=True)
    raised_at = models.DateTimeField(_("raised"), db_default=DatabaseNow(), editable=False)
    seen_at = models.DateTimeField(_("seen last"), db_default=DatabaseNow(), editable=False)
    paused = CodeField(_("paused by rule"), blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("closed by")
    )
    cause = models.CharField(_("cause"), max_length=12, choices=choices(CAUSE_LABELS), null=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("close_alert", _("Can close alerts with a cause")),
            ("run_patrol", _("Can start the patrol")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(state=AlertState.OPEN.value), name="alert_open_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    state=AlertState.CLOSED.value,
                    closed_at__isnull=False,
                    closed_by__isnull=False,
                    cause__isnull=False,
                    cause__in=[cause.value for cause in Cause],
                )
                | Q(state=AlertState.OPEN.value, closed_at=None, closed_by=None, cause=None),
                name="alert_closed_with_cause",
            ),
        ]
        indexes = [
            models.Index(fields=["severity", "-id"], condition=Q(state="open"), name="alert_open"),
            models.Index(fields=["key", "-id"], name="alert_by_key"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state == AlertState.OPEN


class AlertGood(models.Model):
    """One SKU of an alert: `amount` for `units` of it at `as_of`, in which cart, for whom, through which shares."""

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="goods")
    sku = CodeField("SKU")
    amount = models.BigIntegerField(_("price"))
    units = models.PositiveIntegerField(_("units"))
    floor_amount = models.BigIntegerField(_("floor price"), null=True)
    cost_amount = models.BigIntegerField(_("cost"), null=True)
    as_of = models.DateTimeField(_("at"))
    cart = models.JSONField(default=list)
    profile = models.JSONField(default=dict)
    stack = models.JSONField(default=list)

    class Meta:
        verbose_name = _("goods of an alert")
        verbose_name_plural = _("goods of alerts")
        ordering = ["id"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["alert", "sku"], name="alert_good_once")]

    def __str__(self) -> str:
        return self.sku

    @property
    def unit_amount(self) -> int:
        return self.amount // self.units


class PauseRule(models.Model):
    """Pause the activity that takes most off when such an alert is raised; in force by two administrators."""

    kind = models.CharField(_("on"), max_length=20, choices=choices(KIND_LABELS))
    at_least = models.PositiveIntegerField(_("from so many SKUs on"), default=1)
    state = models.CharField(
        _("state"), max_length=10, choices=choices(RULE_LABELS), default=RuleState.PROPOSED.value
    )
    reason = models.TextField(_("reason"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed"), db_default=DatabaseNow(), editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("confirmed by")
    )

    class Meta:
        verbose_name = _("pause rule")
        verbose_name_plural = _("pause rules")
        ordering = ["-id"]
        default_permissions = ("view", "add")
        permissions = [("confirm_pauserule", _("Can confirm or switch off pause rules"))]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=RuleState.ACTIVE.value)
                | Q(confirmed_by__isnull=False) & ~Q(confirmed_by=F("proposed_by")),
                name="pause_rule_by_two",
            ),
            models.CheckConstraint(condition=Q(at_least__gte=1), name="pause_rule_at_least"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ≥ {self.at_least}"


class PatrolMark(models.Model):
    """How far the hourly re-check has looked: one row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    checked_at = models.DateTimeField()
    audit_id = models.BigIntegerField(default=0)
    nightly_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("mark of the patrol")
        verbose_name_plural = _("marks of the patrol")
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(id=1), name="patrol_mark_one_row")]

    def __str__(self) -> str:
        return str(self.checked_at)
