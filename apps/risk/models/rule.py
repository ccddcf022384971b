"""Risk rules: each the document that was approved, with the versions before and after it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.clock import DatabaseNow
from apps.core.codes import CodeField
from apps.risk.lifecycle import VersionState
from apps.risk.models.labels import VERSION_LABELS, choices


class Rule(models.Model):
    """What lists show is of the version in force, or of the draft while there is none.

    `in_force` is a number that only grows from one commit to the next, given anew when what binds changes: a process
    that has seen the greatest has seen all rules before it. It is 0 until something was approved.
    """

    code = CodeField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=40)
    active = models.BooleanField(_("binding"), default=False, editable=False)
    current = models.ForeignKey(
        "RuleVersion", models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("in force")
    )
    in_force = models.BigIntegerField(default=0, editable=False, db_index=True)
    updated_at = models.DateTimeField(_("changed"), db_default=DatabaseNow(), editable=False)

    class Meta:
        verbose_name = _("risk rule")
        verbose_name_plural = _("risk rules")
        ordering = ["code"]
        default_permissions = ("view", "add", "change")
        permissions = [
            ("submit_rule", _("Can submit risk rules for approval")),
            ("approve_rule", _("Can approve risk rules and removals from the deny list")),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    def open_version(self) -> RuleVersion | None:
        """The draft or what is in review, beside what is in force."""
        return self.versions.filter(state__in=(VersionState.DRAFT, VersionState.IN_REVIEW)).first()


class RuleVersion(models.Model):
    """One content of a rule. It changes only as a draft, and binds only by an approval of exactly its hash."""

    rule = models.ForeignKey(Rule, models.PROTECT, related_name="versions", verbose_name=_("rule"))
    number = models.PositiveIntegerField(_("version"))
    content = models.JSONField(_("content"))
    content_hash = models.CharField(_("content hash"), max_length=64)
    state = models.CharField(
        _("state"), max_length=10, choices=choices(VERSION_LABELS), default=VersionState.DRAFT.value
    )
    editor_ids = ArrayField(models.BigIntegerField(), default=list)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("saved by")
    )
    saved_at = models.DateTimeField(_("saved"), db_default=DatabaseNow())
    approved_at = models.DateTimeField(_("approved"), null=True)

    class Meta:
        verbose_name = _("version of a risk rule")
        verbose_name_plural = _("versions of risk rules")
        ordering = ["-number"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["rule", "number"], name="risk_version_number_once"),
            models.UniqueConstraint(
                fields=["rule"],
                condition=Q(state__in=(VersionState.DRAFT, VersionState.IN_REVIEW)),
                name="risk_one_open_version",
            ),
            models.UniqueConstraint(
                fields=["rule"], condition=Q(state=VersionState.APPROVED), name="risk_one_approved_version"
            ),
            models.CheckConstraint(
                condition=Q(state__in=list(VersionState)), name="risk_version_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id}:{self.number}"

    @property
    def is_draft(self) -> bool:
        return self.state == VersionState.DRAFT
