"""What the rules decided, and what waits for a person's word."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.clock import DatabaseNow
from apps.core.codes import CodeField
from apps.risk.lifecycle import CURRENT_CASES, CaseState, Outcome, Trigger
from apps.risk.models.labels import CASE_LABELS, OUTCOME_LABELS, TRIGGER_LABELS, choices


class ReviewCase(models.Model):
    """Something that a rule holds back: a customer's trigger on a subject (a campaign, a template, an order).

    `attempts` counts how often it was tried while it waited. Released, it passes once before `passes_until`.
    """

    trigger = models.CharField(_("trigger"), max_length=6, choices=choices(TRIGGER_LABELS))
    subject = CodeField(_("about"), blank=True)
    customer_code = CodeField(_("customer"), blank=True)
    # The person of customer service who wanted it: they may not release it.
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("asked by")
    )
    state = models.CharField(
        _("state"), max_length=8, choices=choices(CASE_LABELS), default=CaseState.OPEN.value
    )
    attempts = models.PositiveIntegerField(_("attempts"), default=1)
    reasons = models.JSONField(_("reasons"))
    facts = models.JSONField(_("facts"), default=dict)
    opened_at = models.DateTimeField(_("held back since"), db_default=DatabaseNow(), editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    decision_reason = models.CharField(_("reason of the decision"), max_length=500, blank=True)
    passes_until = models.DateTimeField(_("may pass until"), null=True, editable=False)

    class Meta:
        verbose_name = _("risk review")
        verbose_name_plural = _("risk reviews")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("review_reviewcase", _("Can refuse what risk rules hold back, or ask for its release")),
            ("release_reviewcase", _("Can confirm the release of what risk rules hold back")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["trigger", "subject", "customer_code"],
                condition=Q(state__in=CURRENT_CASES),
                name="risk_one_current_case",
            ),
            models.CheckConstraint(condition=Q(state__in=list(CaseState)), name="risk_case_state_known"),
            models.CheckConstraint(
                condition=~Q(state=CaseState.RELEASED) | Q(passes_until__isnull=False),
                name="risk_release_ends",
            ),
        ]
        indexes = [
            models.Index(fields=["-id"], condition=Q(state=CaseState.OPEN), name="risk_case_waiting"),
            models.Index(fields=["customer_code", "-id"], name="risk_case_by_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.get_trigger_display()} {self.subject} {self.customer_code}"

    @property
    def code(self) -> str:
        return str(self.pk)


class Decision(models.Model):
    """One assessment with its reasons; written once, also when what was assessed was refused and undone.

    `marks` are keyed hashes. `rules_version` says which rules were in force. `case` is the review that it opened or
    joined, or whose release it used.
    """

    at = models.DateTimeField(_("time"))
    trigger = models.CharField(_("trigger"), max_length=6, choices=choices(TRIGGER_LABELS))
    subject = CodeField(_("about"), blank=True)
    scope = CodeField(blank=True)
    customer_code = CodeField(_("customer"), blank=True)
    outcome = models.CharField(_("what came of it"), max_length=6, choices=choices(OUTCOME_LABELS))
    reasons = models.JSONField(_("reasons"), default=list)
    facts = models.JSONField(_("facts"), default=dict)
    marks = models.JSONField(default=dict)
    rules_version = models.BigIntegerField(_("version of the rules"))
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("asked by")
    )
    case = models.ForeignKey(
        ReviewCase, models.PROTECT, null=True, related_name="decisions", verbose_name=_("review")
    )

    class Meta:
        verbose_name = _("risk decision")
        verbose_name_plural = _("risk decisions")
        ordering = ["-id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(trigger__in=list(Trigger)), name="risk_decision_trigger_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=list(Outcome)), name="risk_decision_outcome_known"
            ),
        ]
        indexes = [
            models.Index(fields=["trigger", "-id"], name="risk_decision_by_trigger"),
            models.Index(fields=["outcome", "-id"], name="risk_decision_by_outcome"),
            models.Index(fields=["customer_code", "-id"], name="risk_decision_by_customer"),
            models.Index(fields=["-at"], name="risk_decision_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.get_trigger_display()} {self.subject}: {self.get_outcome_display()}"
