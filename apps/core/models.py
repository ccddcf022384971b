"""What belongs to every change: the audit log with its chain, stored answers, and events on their way out."""

import secrets

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.clock import DatabaseNow


def new_salt() -> str:
    return secrets.token_hex(16)


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


class WebhookEndpoint(models.Model):
    """Where events go. `salt` and the portal's secret key make the secret that signs: none is stored."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    url = models.URLField(_("address"), max_length=500)
    topics = ArrayField(
        models.CharField(max_length=80), verbose_name=_("events"), default=list, blank=True,
        help_text=_("Such as order.paid; empty means all of them."),
    )  # fmt: skip
    active = models.BooleanField(_("active"), default=True)
    salt = models.CharField(max_length=32, default=new_salt, editable=False)
    created_at = models.DateTimeField(_("created"), db_default=DatabaseNow(), editable=False)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["name"]
        default_permissions = ("view", "add", "change")

    def __str__(self) -> str:
        return self.name


class WebhookDelivery(models.Model):
    """One event on its way to one endpoint: tried until it is taken, or given up and left for people to send again."""

    event = models.ForeignKey(OutboxEvent, models.PROTECT, related_name="deliveries", verbose_name=_("event"))
    endpoint = models.ForeignKey(
        WebhookEndpoint, models.PROTECT, related_name="deliveries", verbose_name=_("webhook")
    )
    subject = models.CharField(_("thing"), max_length=200)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"), db_default=DatabaseNow())
    delivered_at = models.DateTimeField(_("delivered"), null=True)
    dead_at = models.DateTimeField(_("given up"), null=True)
    last_error = models.CharField(_("last answer"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [("resend_webhookdelivery", _("Can send deliveries again"))]
        constraints = [models.UniqueConstraint(fields=["event", "endpoint"], name="delivery_once")]
        indexes = [
            models.Index(
                fields=["next_at"], condition=models.Q(delivered_at=None, dead_at=None), name="delivery_due"
            ),
            models.Index(
                fields=["endpoint", "subject", "id"],
                condition=models.Q(delivered_at=None, dead_at=None),
                name="delivery_queue",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} to {self.endpoint_id}"


# Here, as jobs write audit entries. Django looks for models in this file.
from apps.core.jobs.models import Job, JobFile, JobFilePiece  # noqa: E402, F401
