"""What belongs to every change: the audit log with its chain, stored answers, and events on their way out."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.clock import DatabaseNow


class AuditEntry(models.Model):
    """One change, written in the transaction that made it."""

    at = models.DateTimeField(_("time"), db_default=DatabaseNow(), editable=False)
    action = models.CharField(_("action"), max_length=80)
    subject_type = models.CharField(_("kind of thing"), max_length=80)
    subject_code = models.CharField(_("thing"), max_length=200)
    actor = models.CharField(_("who"), max_length=200)
    reason = models.TextField(_("reason"), blank=True)
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"), null=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["subject_type", "subject_code", "-id"], name="audit_by_subject"),
            models.Index(fields=["actor", "-id"], name="audit_by_actor"),
            models.Index(fields=["-at"], name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_type}:{self.subject_code}"


class AuditSeal(models.Model):
    """One link of the chain: the hash of the entry and of the link before."""

    number = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(AuditEntry, models.PROTECT, related_name="seal")
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("audit seal")
        verbose_name_plural = _("audit seals")
        ordering = ["number"]
        default_permissions = ("view",)
        constraints = [models.CheckConstraint(condition=models.Q(number__gte=1), name="audit_seal_from_one")]

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"


class IdempotencyRecord(models.Model):
    """The answer to a request, stored with its effect, given again to the same request. `client` is an API client."""

    client = models.BigIntegerField()
    key = models.CharField(max_length=255)
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=500)
    body_hash = models.CharField(max_length=64)
    status = models.SmallIntegerField()
    content_type = models.CharField(max_length=80)
    body = models.BinaryField()
    created_at = models.DateTimeField(db_default=DatabaseNow(), editable=False)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="idempotency_key_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_by_age")]

    def __str__(self) -> str:
        return f"{self.client}:{self.key}"


class OutboxEvent(models.Model):
    """Something that happened, for others to hear of; committed with it. Events of one subject keep their order."""

    topic = models.CharField(_("event"), max_length=80)
    subject = models.CharField(_("thing"), max_length=200)
    payload = models.JSONField(_("content"))
    created_at = models.DateTimeField(_("time"), db_default=DatabaseNow(), editable=False)
    relayed_at = models.DateTimeField(_("passed on"), null=True, editable=False)

    class Meta:
        verbose_name = _("outgoing event")
        verbose_name_plural = _("outgoing events")
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["id"], condition=models.Q(relayed_at=None), name="outbox_waiting")]

    def __str__(self) -> str:
        return f"{self.topic} {self.subject}"
