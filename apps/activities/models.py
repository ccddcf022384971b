"""Activities, their versions, and the stops that lie beside a version without touching its hash."""

from dataclasses import replace
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.activities.events.models import CopiedMember, Event, EventMember
from apps.activities.lifecycle import RIGHTS, TABLE
from apps.activities.patterns.models import Pattern
from apps.activities.stops import StopKind
from apps.catalog.selectors import portal
from apps.core.clock import DatabaseNow
from apps.core.codes import CodeField, code_check
from apps.offers.compile import instant
from apps.offers.kind_labels import labelled_kinds
from apps.offers.submission import Facts, lacks_goal
from apps.offers.versions.models import Running, Version, Versioned
from apps.pricing.layers import ACTIVITY_LAYERS
from apps.pricing.offer import Owner

__all__ = [
    "LAYER_LABELS",
    "Activity",
    "ActivityStop",
    "ActivityVersion",
    "CopiedMember",
    "Event",
    "EventMember",
    "Pattern",
]

LAYER_LABELS = {
    "item": _("item"),
    "shop": _("shop"),
    "platform": _("platform"),
    "shipping": _("shipping"),
}


def kind_choices() -> list[tuple[str, Any]]:
    return labelled_kinds()


def layer_choices() -> list[tuple[str, Any]]:
    return [(layer.value, LAYER_LABELS[layer.value]) for layer in ACTIVITY_LAYERS]


class Activity(Running):
    """A call to act with a time, an audience, stock and goals; it owns one offer."""

    DOCUMENT: ClassVar[str] = "activity"
    OFFER_OWNER = Owner.ACTIVITY
    TABLE = TABLE
    RIGHTS = RIGHTS

    kind = models.CharField(_("kind"), max_length=40, choices=kind_choices)
    layer = models.CharField(_("layer"), max_length=20, choices=layer_choices)
    priority = models.IntegerField(_("priority"), default=0)
    visible_from = models.DateTimeField(_("visible from"), null=True, blank=True)
    event = models.ForeignKey(
        Event, models.PROTECT, related_name="activities", null=True, blank=True, verbose_name=_("event")
    )
    # The code of what it was copied from; "" where it began by itself.
    copied_from = CodeField(_("copied from"), blank=True, db_default="", editable=False)
    current = models.ForeignKey(
        "activities.ActivityVersion",
        models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
        verbose_name=_("version that runs"),
    )

    class Meta(Running.Meta):
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        ordering = ["-id"]
        default_permissions = ("add", "change", "view")
        permissions = [
            ("submit_activity", _("Can submit activities for approval")),
            ("withdraw_activity", _("Can take back what they submitted")),
            ("approve_activity", _("Can approve or reject activities and revocations")),
            ("pause_activity", _("Can pause activities at once")),
            ("resume_activity", _("Can let paused activities go on")),
            ("stop_activity", _("Can stop SKUs and lower stock or budget at once")),
            ("request_revocation", _("Can ask for revocations")),
            ("revise_activity", _("Can revise approved activities")),
        ]
        constraints = [*Running.Meta.constraints, code_check("activity_code_form")]
        indexes = [
            *Running.Meta.indexes,
            models.Index(fields=["kind", "-id"], name="activity_by_kind"),
            models.Index(fields=["shop_code", "-id"], name="activity_by_shop"),
            models.Index(fields=["event"], name="activity_by_event", condition=Q(event__isnull=False)),
        ]

    def submission_facts(self, content: dict[str, Any]) -> Facts:
        facts = super().submission_facts(content)
        return replace(facts, goal_from=portal().goal_from_amount) if lacks_goal(content) else facts

    def came_from(self, other: Versioned) -> None:
        Activity.objects.filter(pk=self.pk).update(copied_from=other.code)
        self.copied_from = other.code

    def show(self, content: dict[str, Any]) -> None:
        super().show(content)
        self.kind = content["kind"]
        self.layer = content["layer"]
        self.priority = content["priority"]
        self.visible_from = instant(content["visible_from"])
        if not content["event"]:
            self.event = None
        elif self.event is None or self.event.code != content["event"]:
            self.event = Event.objects.get(code=content["event"])


class ActivityVersion(Version):
    subject = models.ForeignKey(Activity, models.CASCADE, related_name="versions", verbose_name=_("activity"))

    class Meta(Version.Meta):
        verbose_name = _("activity version")
        verbose_name_plural = _("activity versions")


Activity.VERSION = ActivityVersion


class ActivityStop(models.Model):
    """An emergency brake on a part: one SKU out, or stock or budget lower than approved, until lifted by approval."""

    KINDS = [
        (StopKind.SKU.value, _("SKU stopped")),
        (StopKind.STOCK.value, _("stock lowered")),
        (StopKind.BUDGET.value, _("budget lowered")),
    ]

    activity = models.ForeignKey(Activity, models.PROTECT, related_name="stops", verbose_name=_("activity"))
    kind = models.CharField(_("kind"), max_length=8, choices=KINDS)
    sku = CodeField("SKU", blank=True)
    value = models.BigIntegerField(_("lowered to"), null=True, blank=True)
    reason = models.TextField(_("reason"))
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who")
    )
    placed_at = models.DateTimeField(_("when"), db_default=DatabaseNow(), editable=False)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("lifted by"),
    )
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)

    class Meta:
        verbose_name = _("stop")
        verbose_name_plural = _("stops")
        ordering = ["id"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "sku"],
                condition=Q(kind=StopKind.SKU, lifted_at=None),
                name="stop_sku_once",
            ),
            models.CheckConstraint(
                condition=Q(kind=StopKind.SKU, value=None) & ~Q(sku="")
                | Q(kind=StopKind.STOCK, value__isnull=False, value__gte=0)
                | Q(kind=StopKind.BUDGET, value__isnull=False, value__gte=0, sku=""),
                name="stop_says_what",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="stop_has_reason"),
            models.CheckConstraint(
                condition=Q(lifted_by=None, lifted_at=None)
                | Q(lifted_by__isnull=False, lifted_at__isnull=False) & ~Q(lifted_by=F("placed_by")),
                name="stop_lifted_by_other",
            ),
        ]
        indexes = [models.Index(fields=["activity"], condition=Q(lifted_at=None), name="stop_in_force")]

    def __str__(self) -> str:
        return f"{self.kind} {self.sku}".strip()
