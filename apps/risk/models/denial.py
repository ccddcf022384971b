"""The deny list: who may not, each mark as a hash; a deny list rule must be in force for it to count."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.clock import DatabaseNow
from apps.risk.lifecycle import Mark
from apps.risk.models.event import HASH
from apps.risk.models.labels import MARK_LABELS, choices

DENIABLE = {name: label for name, label in MARK_LABELS.items() if name != Mark.AGENT}


class DeniedMark(models.Model):
    """One entry: put there at once by one person, taken away with approval. `shown` is what people may read of it:
    a customer's id, else the beginning of the hash."""

    mark = models.CharField(_("kind of mark"), max_length=12, choices=choices(DENIABLE))
    subject = models.CharField(_("mark"), max_length=32)
    shown = models.CharField(_("who or which"), max_length=64)
    reason = models.CharField(_("reason"), max_length=500)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("added by")
    )
    added_at = models.DateTimeField(_("added at"), db_default=DatabaseNow(), editable=False)
    removed_at = models.DateTimeField(_("removed at"), null=True, editable=False)

    class Meta:
        verbose_name = _("deny list entry")
        verbose_name_plural = _("deny list")
        ordering = ["-id"]
        default_permissions = ("view", "add")
        permissions = [("remove_deniedmark", _("Can ask to remove entries of the deny list"))]
        constraints = [
            models.UniqueConstraint(
                fields=["subject"], condition=Q(removed_at=None), name="risk_denied_once"
            ),
            models.CheckConstraint(condition=Q(subject__regex=HASH), name="risk_denied_subject_hashed"),
            models.CheckConstraint(
                condition=Q(mark__in=[m for m in Mark if m is not Mark.AGENT]), name="risk_denied_mark_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_mark_display()} {self.shown}"
