"""What people say about a request, and the files they add: written once, like the decisions."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.approvals.models.request import ApprovalRequest
from apps.core.clock import DatabaseNow

MOST_TEXT = 4_000
MOST_BYTES = 5 * 1024 * 1024


class Comment(models.Model):
    """One thing said; `mentioned_ids` are the people who were told of it by name."""

    request = models.ForeignKey(
        ApprovalRequest, models.PROTECT, related_name="comments", verbose_name=_("request")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("author")
    )
    text = models.TextField(_("text"), max_length=MOST_TEXT, blank=True)
    mentioned_ids = ArrayField(
        models.BigIntegerField(), verbose_name=_("mentioned"), default=list, blank=True
    )
    at = models.DateTimeField(_("time"), db_default=DatabaseNow(), editable=False)

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["id"]
        default_permissions = ()
        indexes = [models.Index(fields=["request", "id"], name="comment_by_request")]

    def __str__(self) -> str:
        return f"{self.author_id} on {self.request_id}"


class Attachment(models.Model):
    """A file of a comment, in the database: backed up with what it is about, and never on a path of its own."""

    comment = models.ForeignKey(
        Comment, models.PROTECT, related_name="attachments", verbose_name=_("comment")
    )
    name = models.CharField(_("name"), max_length=120)
    size = models.PositiveIntegerField(_("size"))
    digest = models.CharField("SHA-256", max_length=64)
    content = models.BinaryField()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(size__gte=1, size__lte=MOST_BYTES), name="attachment_size")
        ]

    def __str__(self) -> str:
        return self.name
