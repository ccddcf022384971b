"""Lines in somebody's inbox, which also go out by mail."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.approvals.models.request import ApprovalRequest
from apps.core.clock import DatabaseNow


class Notice(models.Model):
    """A line in somebody's inbox: a text by its code with what fills its holes, and where it leads."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", verbose_name=_("recipient")
    )
    code = models.CharField(_("text"), max_length=80)
    params = models.JSONField(_("details"), default=dict, blank=True)
    request = models.ForeignKey(
        ApprovalRequest,
        models.CASCADE,
        related_name="notices",
        null=True,
        blank=True,
        verbose_name=_("request"),
    )
    subject_type = models.CharField(_("kind of thing"), max_length=80, blank=True)
    subject_code = models.CharField(_("thing"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("time"), db_default=DatabaseNow(), editable=False)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    # When it is to be mailed, or tried again; empty once it was, or when there is no address.
    mail_due_at = models.DateTimeField(null=True, blank=True, db_default=DatabaseNow(), editable=False)
    mail_tries = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["user", "-id"], condition=Q(read_at=None), name="notice_unread"),
            models.Index(fields=["user", "-id"], name="notice_by_user"),
            models.Index(
                fields=["mail_due_at"], condition=Q(mail_due_at__isnull=False), name="notice_to_mail"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} for {self.user_id}"
