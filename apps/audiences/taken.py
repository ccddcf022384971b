"""Who was in an audience when an offer for it was published: what the review compares with, whoever came later."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.clock import DatabaseNow
from apps.core.codes import CodeField


class Snapshot(models.Model):
    """The members of the audiences of one published version; `held_out` of them don't get the offer."""

    subject_type = models.CharField(max_length=80)
    subject_code = CodeField(_("offer"))
    version = models.PositiveIntegerField(_("version"))
    audiences = ArrayField(CodeField(), verbose_name=_("audiences"))
    holdout_bps = models.IntegerField(_("holdout"), default=0)
    people = models.BigIntegerField(_("customers"), default=0)
    held_out = models.BigIntegerField(_("of them held out"), default=0)
    taken_at = models.DateTimeField(_("taken"), db_default=DatabaseNow(), editable=False)
    complete = models.BooleanField(_("complete"), default=False)

    class Meta:
        verbose_name = _("audience at publication")
        verbose_name_plural = _("audiences at publication")
        ordering = ["-id"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["subject_type", "subject_code", "version"], name="snapshot_once"),
            models.CheckConstraint(
                condition=models.Q(people__gte=0, held_out__gte=0, held_out__lte=models.F("people")),
                name="snapshot_numbers",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_code} {self.version}"


class SnapshotMember(models.Model):
    """One customer who was in it."""

    pk = models.CompositePrimaryKey("snapshot_id", "customer_code")
    snapshot = models.ForeignKey(Snapshot, models.CASCADE, db_constraint=False, related_name="members")
    customer_code = CodeField(_("customer"))
    held_out = models.BooleanField(_("held out"))

    class Meta:
        default_permissions = ()
