"""One version of a configured thing: the document that people write, sign and run."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.clock import DatabaseNow
from apps.offers.lifecycle import VersionState
from apps.offers.versions.labels import VERSION_LABELS

OPEN = (VersionState.DRAFT, VersionState.IN_REVIEW)


class Version(models.Model):
    """One document of a thing, whole and normalised; read-only from submission on."""

    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(
        _("state"), max_length=12, choices=list(VERSION_LABELS.items()), default=VersionState.DRAFT
    )
    content = models.JSONField(_("content"))
    content_hash = models.CharField(_("content hash"), max_length=64)
    # Counts the saves of a draft: an editor says which one they saw.
    revision = models.PositiveIntegerField(_("revision"), default=1)
    # Everybody who wrote in it; a version is one interval between approvals, so this is who may not approve it.
    editor_ids = ArrayField(models.BigIntegerField(), verbose_name=_("editors"), default=list, blank=True)
    batch = models.CharField(_("batch"), max_length=64, blank=True)
    without_approval = models.BooleanField(_("published without approval"), default=False)
    created_at = models.DateTimeField(_("created"), db_default=DatabaseNow(), editable=False)
    saved_at = models.DateTimeField(_("saved"), db_default=DatabaseNow(), editable=False)
    approved_at = models.DateTimeField(_("approved"), null=True, editable=False)

    subject: Any
    subject_id: int

    class Meta:
        abstract = True
        ordering = ["-number"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["subject", "number"], name="%(class)s_number_once"),
            models.UniqueConstraint(
                fields=["subject"], condition=Q(state=VersionState.APPROVED), name="%(class)s_one_approved"
            ),
            models.UniqueConstraint(
                fields=["subject"], condition=Q(state__in=list(OPEN)), name="%(class)s_one_open"
            ),
            models.CheckConstraint(condition=Q(state__in=list(VersionState)), name="%(class)s_state_known"),
            models.CheckConstraint(
                condition=~Q(state__in=[VersionState.APPROVED, VersionState.SUPERSEDED])
                | Q(approved_at__isnull=False),
                name="%(class)s_approved_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} v{self.number}"

    @property
    def is_editable(self) -> bool:
        return self.state == VersionState.DRAFT

    @classmethod
    def rows(cls) -> Any:
        """All of them, whichever child this is."""
        return cls._default_manager.all()
