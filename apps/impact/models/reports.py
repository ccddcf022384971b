"""What was found about a request before anybody decides it, and the limits above which two must decide."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.approvals.models import ApprovalRequest
from apps.core.clock import DatabaseNow
from apps.core.jobs import Job


class ImpactReport(models.Model):
    """One computation for one content; the newest of a request counts. `found` is as `reports/findings.py` words it.

    `book_version` is the offer book that it was computed with: what changed since is not in it.
    """

    request = models.ForeignKey(
        ApprovalRequest, models.PROTECT, related_name="impact_reports", verbose_name=_("request")
    )
    content_hash = models.CharField(_("content hash"), max_length=64)
    job = models.OneToOneField(Job, models.PROTECT, related_name="+", verbose_name=_("task"))
    book_version = models.BigIntegerField(_("offer book"), default=0)
    found = models.JSONField(_("findings"), default=dict)
    asked_at = models.DateTimeField(_("asked for"), db_default=DatabaseNow(), editable=False)
    done_at = models.DateTimeField(_("computed"), null=True)

    class Meta:
        verbose_name = _("impact report")
        verbose_name_plural = _("impact reports")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [("compute_impactreport", _("Can have impact reports computed anew"))]
        indexes = [models.Index(fields=["request", "-id"], name="impact_report_newest")]

    def __str__(self) -> str:
        return f"{self.request_id} {self.content_hash[:8]}"


class ImpactLimits(models.Model):
    """One row: from which depth and which cost on a second approver is asked for. Empty: never for that reason."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    depth_bps = models.PositiveIntegerField(_("largest discount of a SKU"), null=True, blank=True)
    cost_amount = models.BigIntegerField(_("most that one request may cost"), null=True, blank=True)

    class Meta:
        verbose_name = _("limits of approval")
        verbose_name_plural = _("limits of approval")
        default_permissions = ("view", "change")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="impact_limits_one_row"),
            models.CheckConstraint(
                condition=(Q(depth_bps=None) | Q(depth_bps__gte=1, depth_bps__lte=10_000))
                & (Q(cost_amount=None) | Q(cost_amount__gte=0)),
                name="impact_limits_sane",
            ),
        ]

    def __str__(self) -> str:
        return str(_("limits of approval"))
