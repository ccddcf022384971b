"""Requests bound to the exact content they ask for, and the decisions on them."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from apps.approvals.lifecycle import RequestState, Verdict
from apps.core.clock import DatabaseNow


class ApprovalRequest(models.Model):
    """One submission: what is asked (`action` on a subject), for which content, by whom, and who may not decide it."""

    STATES = [
        (RequestState.PENDING.value, _("pending")),
        (RequestState.APPROVED.value, _("approved")),
        (RequestState.REJECTED.value, _("rejected")),
        (RequestState.WITHDRAWN.value, _("withdrawn")),
        (RequestState.SUPERSEDED.value, _("superseded")),
    ]

    action = models.CharField(_("action"), max_length=80)
    subject_type = models.CharField(_("kind of thing"), max_length=80)
    subject_code = models.CharField(_("thing"), max_length=64)
    title = models.CharField(_("title"), max_length=200, blank=True)
    shop_code = models.CharField(_("shop"), max_length=64, blank=True)
    version = models.PositiveIntegerField(_("version"), default=0)
    content_hash = models.CharField(_("content hash"), max_length=64)
    payload = models.JSONField(_("details"), default=dict, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    submitter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="approval_requests",
        verbose_name=_("submitter"),
    )
    # Whoever had a hand in it: wrote the content since the last approval, or took the step that is to be undone.
    barred_ids = ArrayField(
        models.BigIntegerField(), verbose_name=_("may not decide"), default=list, blank=True
    )
    needed = models.PositiveSmallIntegerField(_("approvers needed"), default=1)
    state = models.CharField(_("state"), max_length=12, choices=STATES, default=RequestState.PENDING)
    batch = models.CharField(_("batch"), max_length=64, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    # When the others were told that it is overdue; a new due time makes it possible again.
    escalated_at = models.DateTimeField(_("overdue notice"), null=True, blank=True, editable=False)
    # Whom it was handed over to: it waits in that inbox alone, until it is overdue.
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("handed over to"),
    )
    created_at = models.DateTimeField(_("submitted"), db_default=DatabaseNow(), editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("approval request")
        verbose_name_plural = _("approval requests")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [("decide_approvalrequest", _("Can decide approval requests"))]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "subject_type", "subject_code"],
                condition=Q(state=RequestState.PENDING),
                name="approval_one_pending_per_subject",
            ),
            models.CheckConstraint(condition=Q(state__in=list(RequestState)), name="approval_state_known"),
            models.CheckConstraint(condition=Q(needed__gte=1), name="approval_needs_someone"),
            models.CheckConstraint(
                condition=Q(state=RequestState.PENDING, closed_at=None)
                | ~Q(state=RequestState.PENDING) & Q(closed_at__isnull=False),
                name="approval_closed_when_not_pending",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state=RequestState.PENDING), name="approval_pending_due"
            ),
            models.Index(fields=["subject_type", "subject_code", "-id"], name="approval_by_subject"),
            models.Index(fields=["submitter", "-id"], name="approval_by_submitter"),
            models.Index(fields=["batch"], condition=~Q(batch=""), name="approval_by_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_code} ({self.state})"

    @property
    def is_pending(self) -> bool:
        return self.state == RequestState.PENDING

    def bars(self, user_id: int | None) -> bool:
        """Whether four eyes keep this person from deciding: the submitter and everyone with a hand in it."""
        return user_id is None or user_id == self.submitter_id or user_id in self.barred_ids


class ApprovalDecision(models.Model):
    """One person's verdict on what they saw; written once."""

    VERDICTS = [(Verdict.APPROVE.value, _("approve")), (Verdict.REJECT.value, _("reject"))]

    request = models.ForeignKey(
        ApprovalRequest, models.PROTECT, related_name="decisions", verbose_name=_("request")
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="approval_decisions",
        verbose_name=_("approver"),
    )
    # Whose voice it is, where a delegate decided.
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("on behalf of"),
    )
    verdict = models.CharField(_("verdict"), max_length=8, choices=VERDICTS)
    reason = models.TextField(_("reason"), blank=True)
    seen_hash = models.CharField(_("content hash seen"), max_length=64)
    # What this person ticked beside the verdict; whatever the submitter proposed, this alone counts.
    chosen = ArrayField(
        models.CharField(max_length=40), verbose_name=_("ticked"), default=list, db_default=[], blank=True
    )
    # The risks that this person said to know, by their codes.
    acknowledged = ArrayField(
        models.CharField(max_length=80),
        verbose_name=_("known risks"),
        default=list,
        db_default=[],
        blank=True,
    )
    at = models.DateTimeField(_("time"), db_default=DatabaseNow(), editable=False)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["id"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["request", "approver"], name="approval_one_decision_each"),
            models.UniqueConstraint(
                F("request"), Coalesce("on_behalf_of", "approver"), name="approval_one_voice_each"
            ),
            models.CheckConstraint(condition=Q(verdict__in=list(Verdict)), name="approval_verdict_known"),
            models.CheckConstraint(
                condition=Q(verdict=Verdict.APPROVE) | ~Q(reason=""), name="approval_rejected_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} by {self.approver_id}"
