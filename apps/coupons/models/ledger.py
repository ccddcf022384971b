"""The record of what became of coupons and of the budgets behind them; rows are written once."""

from enum import StrEnum

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.clock import DatabaseNow
from apps.core.codes import CodeField
from apps.coupons.lifecycle import Source
from apps.coupons.models.coupon import SOURCE_LABELS, Coupon


class CouponEvent(StrEnum):
    """`promise` and `withdraw`: a reward drawn on the budget by an unpaid order, and given back unpaid."""

    PROMISE = "promise"
    WITHDRAW = "withdraw"
    ISSUE = "issue"
    HOLD = "hold"
    RELEASE = "release"
    USE = "use"
    RETURN = "return"
    EXPIRE = "expire"
    VOID = "void"


EVENT_LABELS = {
    CouponEvent.PROMISE.value: _("promised by an order"),
    CouponEvent.WITHDRAW.value: _("promise withdrawn"),
    CouponEvent.ISSUE.value: _("issued"),
    CouponEvent.HOLD.value: _("held"),
    CouponEvent.RELEASE.value: _("released"),
    CouponEvent.USE.value: _("used"),
    CouponEvent.RETURN.value: _("returned"),
    CouponEvent.EXPIRE.value: _("expired"),
    CouponEvent.VOID.value: _("void"),
}


class CouponEntry(models.Model):
    """What it changed: `quantity`, `reserved_amount` and `spent_amount` are signed, and sum up to the allowances.

    `actor` is the person behind it, where there is one; an API client's word stands in `reason`.
    """

    at = models.DateTimeField(_("time"), db_default=DatabaseNow(), editable=False)
    event = models.CharField(_("event"), max_length=8, choices=list(EVENT_LABELS.items()))
    coupon = models.ForeignKey(
        Coupon,
        models.PROTECT,
        null=True,
        related_name="entries",
        db_constraint=False,
        verbose_name=_("coupon"),
    )
    template = CodeField(_("coupon template"))
    customer_code = CodeField(_("customer"))
    source = models.CharField(_("source"), max_length=24, choices=list(SOURCE_LABELS.items()), blank=True)
    origin = CodeField(_("from"), blank=True)
    order_code = CodeField(_("order"), blank=True)
    quantity = models.IntegerField(_("quantity"), default=0)
    reserved_amount = models.BigIntegerField(_("reserved"), default=0)
    spent_amount = models.BigIntegerField(_("spent"), default=0)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("entry of a coupon")
        verbose_name_plural = _("ledger of coupons")
        ordering = ["id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(condition=Q(event__in=list(CouponEvent)), name="coupon_entry_event_known"),
            models.CheckConstraint(condition=Q(source__in=["", *Source]), name="coupon_entry_source_known"),
        ]
        indexes = [
            models.Index(fields=["template", "at"], name="coupon_entry_by_template"),
            models.Index(fields=["customer_code", "-id"], name="coupon_entry_by_customer"),
            models.Index(
                fields=["actor", "at"], name="coupon_entry_by_actor", condition=Q(actor__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.template}"


class CouponSeal(models.Model):
    """One link of the chain over the coupons' ledger."""

    number = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(CouponEntry, models.PROTECT, related_name="seal")
    digest = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(number__gte=1), name="coupon_seal_from_one")]

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"


class ClaimAttempt(models.Model):
    """A refused claim, grant or code, with its reason: what customer service answers from. Kept for a while only."""

    at = models.DateTimeField(_("time"), db_default=DatabaseNow(), editable=False)
    customer_code = CodeField(_("customer"))
    source = models.CharField(_("source"), max_length=24, choices=list(SOURCE_LABELS.items()))
    origin = CodeField(_("campaign or template"), blank=True)
    reason = models.CharField(_("reason"), max_length=40)

    class Meta:
        verbose_name = _("refused claim")
        verbose_name_plural = _("refused claims")
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["customer_code", "-id"], name="attempt_by_customer"),
            models.Index(fields=["at"], name="attempt_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_code} {self.origin} {self.reason}"
