"""What people add to the numbers: what a placement cost, and what they conclude."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.clock import DatabaseNow
from apps.core.codes import CodeField

DOCUMENTS = ("activity", "template", "campaign", "event")


class Review(models.Model):
    """复盘 of one thing: one row, the audit log has what it said before."""

    document = models.CharField(_("what"), max_length=10)
    code = CodeField(_("code"))
    shop_code = CodeField(_("shop"), blank=True)
    conclusions = models.TextField(_("conclusions"), max_length=4_000, blank=True)
    #: None: what the placements themselves say that they cost
    placement_cost_amount = models.BigIntegerField(_("cost of placements"), null=True, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    updated_at = models.DateTimeField(_("changed"), db_default=DatabaseNow(), editable=False)

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        default_permissions = ("view",)
        permissions = [
            ("conclude_review", _("Can write conclusions of reviews")),
            ("export_report", _("Can export reports")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["document", "code"], name="review_once"),
            models.CheckConstraint(condition=Q(document__in=DOCUMENTS), name="review_document"),
            models.CheckConstraint(condition=Q(placement_cost_amount__gte=0), name="review_cost"),
        ]

    def __str__(self) -> str:
        return f"{self.document} {self.code}"
