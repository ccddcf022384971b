"""An order as it was priced: its sums, its segments as paid, and the offers that applied."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.clock import DatabaseNow
from apps.core.codes import CodeField, code_check
from apps.orders.lifecycle import SOLD, OrderState

STATE_LABELS = {
    OrderState.HELD.value: _("held, not paid"),
    OrderState.PAID.value: _("paid"),
    OrderState.PARTIALLY_REFUNDED.value: _("partially refunded"),
    OrderState.REFUNDED.value: _("refunded"),
    OrderState.CANCELLED.value: _("cancelled"),
    OrderState.EXPIRED.value: _("expired"),
}
AMOUNTS = (
    "list_amount",
    "discount_amount",
    "shipping_fee_amount",
    "shipping_discount_amount",
    "payable_amount",
    "refunded_amount",
    "refunded_shipping_amount",
)


class Order(models.Model):
    """`code` is the shop's own id. `request` and `quote` are what was asked and answered; `rewards` what it gave.

    `refunded_amount` is money for goods paid back, units and adjustments together.
    """

    code = CodeField(_("order"), unique=True)
    client = models.BigIntegerField(_("API client"))
    shop_code = CodeField(_("shop"), blank=True)
    customer_code = CodeField(_("customer"), blank=True)
    state = models.CharField(
        _("state"), max_length=20, choices=list(STATE_LABELS.items()), default=OrderState.HELD
    )
    currency = models.CharField(_("currency"), max_length=3)
    list_amount = models.BigIntegerField(_("list price"))
    discount_amount = models.BigIntegerField(_("discount on goods"))
    shipping_fee_amount = models.BigIntegerField(_("shipping fee"))
    shipping_discount_amount = models.BigIntegerField(_("discount on shipping"))
    payable_amount = models.BigIntegerField(_("payable"))
    refunded_amount = models.BigIntegerField(_("paid back for goods"), default=0, db_default=0)
    refunded_shipping_amount = models.BigIntegerField(_("paid back for shipping"), default=0, db_default=0)
    as_of = models.DateTimeField(_("priced at"))
    book_version = models.BigIntegerField(_("offer book"))
    created_at = models.DateTimeField(_("ordered"), db_default=DatabaseNow(), editable=False)
    held_until = models.DateTimeField(_("held until"))
    paid_at = models.DateTimeField(_("paid at"), null=True)
    closed_at = models.DateTimeField(_("closed at"), null=True)
    close_reason = models.CharField(_("why it was closed"), max_length=200, blank=True, db_default="")
    request = models.JSONField(_("request"))
    quote = models.JSONField(_("quote"))
    rewards = models.JSONField(_("rewards"), default=list)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("cancel_order", _("Can cancel unpaid orders")),
            ("refund_order", _("Can refund orders")),
        ]
        constraints = [
            code_check("order_code_form"),
            models.CheckConstraint(condition=Q(state__in=list(OrderState)), name="order_state_known"),
            *(
                models.CheckConstraint(condition=Q(**{f"{name}__gte": 0}), name=f"order_{name}")
                for name in AMOUNTS
            ),
            models.CheckConstraint(
                condition=Q(
                    payable_amount=F("list_amount")
                    - F("discount_amount")
                    + F("shipping_fee_amount")
                    - F("shipping_discount_amount")
                ),
                name="order_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(discount_amount__lte=F("list_amount"))
                & Q(shipping_discount_amount__lte=F("shipping_fee_amount")),
                name="order_discount_within",
            ),
            models.CheckConstraint(
                condition=Q(refunded_amount__lte=F("list_amount") - F("discount_amount"))
                & Q(refunded_shipping_amount__lte=F("shipping_fee_amount") - F("shipping_discount_amount")),
                name="order_refund_within",
            ),
            models.CheckConstraint(
                condition=Q(state__in=list(SOLD), paid_at__isnull=False)
                | ~Q(state__in=list(SOLD)) & Q(paid_at=None, refunded_amount=0, refunded_shipping_amount=0),
                name="order_paid_when_sold",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[OrderState.CANCELLED, OrderState.EXPIRED], closed_at__isnull=False)
                | ~Q(state__in=[OrderState.CANCELLED, OrderState.EXPIRED]) & Q(closed_at=None),
                name="order_closed_when_over",
            ),
        ]
        indexes = [
            models.Index(fields=["held_until"], condition=Q(state=OrderState.HELD), name="order_to_lapse"),
            models.Index(fields=["customer_code", "-id"], name="order_by_customer"),
            models.Index(fields=["state", "-id"], name="order_by_state"),
        ]

    def __str__(self) -> str:
        return self.code


class OrderSegment(models.Model):
    """Some units of a line that were priced alike, as paid. `shares` are [offer, amount] after the item layer.

    `returned` units are back; `adjusted` is money paid back on those that are not: [units, amount of each].
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="segments")
    line = CodeField(_("line"))
    line_number = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField(_("segment"))
    sku = CodeField("SKU")
    units = models.PositiveIntegerField(_("units"))
    list_price_amount = models.BigIntegerField(_("list price"))
    item_offer = CodeField(_("item offer"), blank=True)
    item_reduction_amount = models.BigIntegerField(_("reduction of one unit"))
    shares = models.JSONField(_("shares"), default=list)
    returned = models.PositiveIntegerField(_("returned"), default=0, db_default=0)
    adjusted = models.JSONField(_("adjusted"), default=list)

    class Meta:
        verbose_name = _("segment of an order")
        verbose_name_plural = _("segments of orders")
        ordering = ["line_number", "number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["order", "line_number", "number"], name="order_segment_once"),
            models.CheckConstraint(
                condition=Q(units__gte=1) & Q(returned__gte=0) & Q(returned__lte=F("units")),
                name="order_segment_returned",
            ),
            models.CheckConstraint(
                condition=Q(item_reduction_amount__gte=0)
                & Q(item_reduction_amount__lte=F("list_price_amount")),
                name="order_segment_reduction",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line}[{self.number}]"


class OrderUse(models.Model):
    """An offer that applied to an order, as it was then: the version approved, what it gave, who bears it.

    `terms` are its bearers, `restock` and `clawback`, kept because a later version may say otherwise.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="uses")
    offer = CodeField(_("offer"))
    version = models.PositiveIntegerField(_("version"))
    layer = models.CharField(_("layer"), max_length=20)
    units = models.PositiveIntegerField(_("units"))
    discount_amount = models.BigIntegerField(_("discount"))
    terms = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("use of an offer")
        verbose_name_plural = _("uses of offers")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["order", "offer"], name="order_use_once"),
            models.CheckConstraint(condition=Q(discount_amount__gte=0), name="order_use_discount"),
        ]
        indexes = [models.Index(fields=["offer", "-order"], name="order_use_by_offer")]

    def __str__(self) -> str:
        return self.offer
