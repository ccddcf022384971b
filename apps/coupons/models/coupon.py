"""Coupons that customers hold, what orders did with them, and those an unpaid order promises."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.clock import DatabaseNow
from apps.core.codes import CodeField, code_check
from apps.coupons.lifecycle import CouponState, RedemptionState, RewardState, Source

STATE_LABELS = {
    CouponState.UNUSED.value: _("unused"),
    CouponState.HELD.value: _("held by an order"),
    CouponState.USED.value: _("used"),
    CouponState.EXPIRED.value: _("expired"),
    CouponState.VOID.value: _("void"),
}
SOURCE_LABELS = {
    Source.CLAIM.value: _("claimed"),
    Source.CODE.value: _("coupon code"),
    Source.PUSH.value: _("mass grant"),
    Source.EVENT.value: _("on an event"),
    Source.REWARD.value: _("reward of an order"),
    Source.SERVICE_COMPENSATION.value: _("compensation"),
    Source.LOTTERY.value: _("lottery"),
    Source.MEMBERSHIP.value: _("membership"),
    Source.REGISTRATION.value: _("registration"),
    Source.REFERRAL.value: _("referral"),
}


REDEMPTION_LABELS = {
    RedemptionState.HELD.value: _("held"),
    RedemptionState.USED.value: _("used"),
    RedemptionState.RELEASED.value: _("released"),
    RedemptionState.RETURNED.value: _("returned"),
}
REWARD_LABELS = {
    RewardState.HELD.value: _("held"),
    RewardState.GRANTED.value: _("granted"),
    RewardState.RELEASED.value: _("released"),
}


class Coupon(models.Model):
    """One coupon of one customer. `template` is a code, as orders name offers; `code` is its public id.

    `reserved_amount` is its worst case while unused or held, `spent_amount` what it gave while used; both 0 where the
    template has no money budget. `bucket` is the part of the budget they are booked on. Without `valid_until`: always.
    `origin` says where it came from: the campaign, batch, order or push. `order_code` is the order that has it now.
    """

    code = CodeField(_("coupon"), unique=True)
    template = CodeField(_("coupon template"))
    version = models.PositiveIntegerField(_("version"))
    customer_code = CodeField(_("customer"))
    state = models.CharField(
        _("state"), max_length=8, choices=list(STATE_LABELS.items()), default=CouponState.UNUSED
    )
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"), null=True)
    source = models.CharField(_("source"), max_length=24, choices=list(SOURCE_LABELS.items()))
    origin = CodeField(_("from"), blank=True)
    code_tail = models.CharField(_("end of the code"), max_length=4, blank=True, db_default="")
    reserved_amount = models.BigIntegerField(_("reserved"), default=0, db_default=0)
    spent_amount = models.BigIntegerField(_("spent"), default=0, db_default=0)
    bucket = models.PositiveSmallIntegerField(default=0, db_default=0)
    order_code = CodeField(_("order"), blank=True, db_default="")
    issued_at = models.DateTimeField(_("issued"), db_default=DatabaseNow(), editable=False)
    state_at = models.DateTimeField(_("since"), db_default=DatabaseNow(), editable=False)
    reminded_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("grant_coupon", _("Can grant compensation within the quota")),
            ("void_coupon", _("Can ask for coupons to be voided")),
        ]
        constraints = [
            code_check("coupon_code_form"),
            models.CheckConstraint(condition=Q(state__in=list(CouponState)), name="coupon_state_known"),
            models.CheckConstraint(condition=Q(source__in=list(Source)), name="coupon_source_known"),
            models.CheckConstraint(
                condition=Q(reserved_amount__gte=0) & Q(spent_amount__gte=0), name="coupon_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(reserved_amount=0) | Q(state__in=[CouponState.UNUSED, CouponState.HELD]),
                name="coupon_reserves_while_open",
            ),
            models.CheckConstraint(
                condition=Q(spent_amount=0) | Q(state=CouponState.USED), name="coupon_spends_when_used"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[CouponState.HELD, CouponState.USED]) & ~Q(order_code="")
                | ~Q(state__in=[CouponState.HELD, CouponState.USED]) & Q(order_code=""),
                name="coupon_order_has_it",
            ),
        ]
        indexes = [
            models.Index(fields=["customer_code", "state", "-id"], name="coupon_wallet"),
            models.Index(fields=["template", "state", "-id"], name="coupon_by_template"),
            models.Index(fields=["origin", "-id"], name="coupon_by_origin", condition=~Q(origin="")),
            models.Index(
                fields=["valid_until"], name="coupon_to_expire", condition=Q(state=CouponState.UNUSED)
            ),
            models.Index(fields=["order_code"], name="coupon_by_order", condition=~Q(order_code="")),
        ]

    def __str__(self) -> str:
        return self.code


class Redemption(models.Model):
    """One use of one coupon by one order: held, then used or released; returned by a refund. At most one is active."""

    coupon = models.ForeignKey(Coupon, models.PROTECT, related_name="redemptions")
    order_code = CodeField(_("order"))
    state = models.CharField(
        max_length=8, choices=list(REDEMPTION_LABELS.items()), default=RedemptionState.HELD
    )
    discount_amount = models.BigIntegerField(_("discount"))
    held_at = models.DateTimeField(_("held"), db_default=DatabaseNow(), editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True)

    class Meta:
        verbose_name = _("redemption")
        verbose_name_plural = _("redemptions")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["coupon"],
                condition=Q(state__in=[RedemptionState.HELD, RedemptionState.USED]),
                name="redemption_one_active",
            ),
            models.UniqueConstraint(fields=["coupon", "order_code"], name="redemption_once_an_order"),
            models.CheckConstraint(
                condition=Q(state__in=list(RedemptionState)), name="redemption_state_known"
            ),
            models.CheckConstraint(condition=Q(discount_amount__gte=0), name="redemption_not_negative"),
        ]
        indexes = [models.Index(fields=["order_code"], name="redemption_by_order")]

    def __str__(self) -> str:
        return f"{self.coupon_id} {self.order_code}"


class RewardHold(models.Model):
    """Coupons that an order will give: drawn on the budget when it is held, issued when it is paid, else given back."""

    order_code = CodeField(_("order"))
    offer = CodeField(_("offer"))
    template = CodeField(_("coupon template"))
    customer_code = CodeField(_("customer"))
    quantity = models.PositiveIntegerField(_("quantity"))
    reserved_amount = models.BigIntegerField(_("reserved"), default=0)
    bucket = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(
        max_length=8,
        choices=list(REWARD_LABELS.items()),
        default=RewardState.HELD,
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["order_code", "offer", "template", "bucket"], name="reward_hold_once"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=1) & Q(reserved_amount__gte=0), name="reward_hold_positive"
            ),
            models.CheckConstraint(condition=Q(state__in=list(RewardState)), name="reward_hold_known"),
        ]

    def __str__(self) -> str:
        return f"{self.order_code} {self.template}"
