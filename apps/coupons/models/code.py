"""Coupon codes: made in batches or shared by many, kept as keyed hashes only."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.clock import DatabaseNow
from apps.core.codes import CodeField, code_check
from apps.coupons.lifecycle import CodeBatchState
from apps.coupons.models.coupon import Coupon

MAX_BATCH = 1_000_000
BATCH_LABELS = {
    CodeBatchState.DRAFT.value: _("draft"),
    CodeBatchState.IN_REVIEW.value: _("in review"),
    CodeBatchState.GENERATING.value: _("being made"),
    CodeBatchState.OPEN.value: _("open"),
    CodeBatchState.REVOKED.value: _("revoked"),
}


class CodeBatch(models.Model):
    """Codes for coupons of one template: `quantity` single-use ones, or one shared by as many claims.

    Single-use codes are derived from a `seed` and the portal's secret; the seed is forgotten with the one export. So no
    table ever holds a code, and none can be made from what is stored alone. `made` of them exist so far; `claims`
    counts those claimed.
    """

    code = CodeField(_("batch"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    template = CodeField(_("coupon template"))
    shared = models.BooleanField(_("one code for all"), default=False)
    quantity = models.PositiveIntegerField(_("quantity"))
    per_customer = models.PositiveIntegerField(_("per customer"), default=1)
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=12, choices=list(BATCH_LABELS.items()), default=CodeBatchState.DRAFT
    )
    seed = models.BinaryField(null=True, editable=False)
    made = models.PositiveIntegerField(_("made"), default=0, db_default=0, editable=False)
    claims = models.PositiveIntegerField(_("claimed"), default=0, db_default=0, editable=False)
    # The word of a shared code is public by nature: operators must be able to read it.
    word = models.CharField(_("shared code"), max_length=64, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, verbose_name=_("owner")
    )
    created_at = models.DateTimeField(_("created"), db_default=DatabaseNow(), editable=False)
    exported_at = models.DateTimeField(_("exported"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    class Meta:
        verbose_name = _("batch of codes")
        verbose_name_plural = _("batches of codes")
        ordering = ["-id"]
        default_permissions = ("add", "change", "view")
        permissions = [
            ("submit_codebatch", _("Can submit batches of codes for approval and ask for their export")),
            ("approve_codebatch", _("Can approve batches of codes and their export")),
            ("export_codebatch", _("Can take away an approved export of codes")),
            ("revoke_codebatch", _("Can revoke codes at once")),
        ]
        constraints = [
            code_check("codebatch_code_form"),
            models.CheckConstraint(condition=Q(state__in=list(CodeBatchState)), name="codebatch_state_known"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1) & (Q(shared=True) | Q(quantity__lte=MAX_BATCH)),
                name="codebatch_quantity",
            ),
            models.CheckConstraint(
                condition=Q(made__lte=F("quantity")) & Q(claims__lte=F("quantity")), name="codebatch_within"
            ),
            models.CheckConstraint(condition=Q(per_customer__gte=1), name="codebatch_per_customer"),
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="codebatch_window",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class Code(models.Model):
    """A code by its keyed hash (of the canonical form); a shared code is one row. Claimed once, by `coupon`."""

    digest = models.BinaryField(unique=True)
    batch = models.ForeignKey(CodeBatch, models.PROTECT, related_name="codes", db_constraint=False)
    tail = models.CharField(max_length=4)
    coupon = models.OneToOneField(Coupon, models.PROTECT, null=True, related_name="+", db_constraint=False)
    revoked = models.BooleanField(default=False, db_default=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"…{self.tail}"
