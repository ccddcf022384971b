"""The event, what joined it besides activities, and what its copies brought along and nobody has confirmed yet."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.clock import DatabaseNow
from apps.core.codes import CodeField, code_check


class Event(models.Model):
    """大促: a container of activities, coupon templates and claim campaigns, with a window and a budget over all."""

    code = CodeField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    budget_amount = models.BigIntegerField(_("budget"), null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("owner"),
    )
    copied_from = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="copies",
        null=True,
        editable=False,
        verbose_name=_("copied from"),
    )
    conclusion = models.TextField(
        _("conclusion"),
        blank=True,
        db_default="",
        help_text=_("What the review found; it stands on top of the next copy."),
    )
    created_at = models.DateTimeField(_("created"), db_default=DatabaseNow(), editable=False)

    class Meta:
        app_label = "activities"
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-starts_at", "code"]
        default_permissions = ("add", "change", "view")
        constraints = [
            code_check("event_code_form"),
            models.CheckConstraint(
                condition=Q(budget_amount=None) | Q(budget_amount__gte=1), name="event_budget_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.code


class Membered(models.Model):
    """A row about one versioned thing of an event, named as the pack names it, for most lie in other apps."""

    event: models.ForeignKey[Event, Event]
    document = models.CharField(max_length=10)
    code = CodeField(_("code"))

    class Meta:
        abstract = True
        app_label = "activities"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.document}:{self.code}"


class EventMember(Membered):
    """A template or campaign that joined; an activity says itself to which event it belongs. One event at most."""

    event = models.ForeignKey(Event, models.PROTECT, related_name="members", verbose_name=_("event"))

    class Meta(Membered.Meta):
        constraints = [
            models.UniqueConstraint(fields=["document", "code"], name="eventmember_in_one"),
            models.CheckConstraint(
                condition=Q(document__in=["template", "campaign"]), name="eventmember_document"
            ),
        ]


class CopiedMember(Membered):
    """A draft that came with a copied event. Until somebody confirms its stock and budget it cannot be submitted.

    `source_at` is the instant as of which its original was right: what changed since may be stale.
    """

    event = models.ForeignKey(Event, models.PROTECT, related_name="copied", verbose_name=_("event"))
    source = CodeField(_("copied from"))
    source_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, verbose_name=_("confirmed by")
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)

    class Meta(Membered.Meta):
        constraints = [
            models.UniqueConstraint(fields=["document", "code"], name="copiedmember_once"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="copiedmember_confirmed_by_one",
            ),
        ]
