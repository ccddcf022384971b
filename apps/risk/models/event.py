"""What happened, as rules count it: one row for each mark of an event, found by the mark's hash and the time."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.codes import CodeField
from apps.risk.lifecycle import Mark, Trigger

#: a keyed hash: what people or shops wrote never gets here
HASH = r"^[0-9a-f]{32}$"


class RiskEvent(models.Model):
    """Written with what it tells of, so a refused attempt leaves none. Never changed, and forgotten when no rule can
    look that far back."""

    at = models.DateTimeField()
    trigger = models.CharField(max_length=6)
    mark = models.CharField(max_length=12)
    subject = models.CharField(max_length=32)
    scope = CodeField(blank=True)
    amount = models.BigIntegerField(default=0)
    points = models.PositiveSmallIntegerField(default=0)
    returned_coupon = models.BooleanField(default=False)
    broke_tier = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("risk event")
        verbose_name_plural = _("risk events")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(trigger__in=list(Trigger)), name="risk_event_trigger_known"),
            models.CheckConstraint(condition=Q(mark__in=list(Mark)), name="risk_event_mark_known"),
            models.CheckConstraint(condition=Q(subject__regex=HASH), name="risk_event_subject_hashed"),
        ]
        indexes = [
            models.Index(fields=["subject", "trigger", "at"], name="risk_event_by_subject"),
            models.Index(fields=["at"], name="risk_event_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.trigger} {self.mark} {self.at}"
