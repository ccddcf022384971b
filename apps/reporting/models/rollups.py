"""Sums of the ledgers by hour or day; every one can be made again from what it sums up."""

from __future__ import annotations

from enum import StrEnum

from django.db import models

from apps.core.codes import CodeField


class About(StrEnum):
    """What a row of `Trade` is about: everything, one offer (`code`), or the goods of one shop (`code`)."""

    ALL = "all"
    OFFER = "offer"
    SHOP = "shop"


class Mark(models.Model):
    """How far a source has been summed: the number of its last seal, or the first transaction not yet taken."""

    source = models.CharField(max_length=20, primary_key=True)
    reached = models.DecimalField(max_digits=20, decimal_places=0, default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.source}: {self.reached}"


class Trade(models.Model):
    """Paid orders by the hour of payment, refunds by the hour of the refund (`back_…`).

    `units`, `list_amount` and `net_amount` are of the goods that the offer touched (or of the shop's, or of all);
    `gmv_amount` is what was paid for all goods of those orders. Money paid back without units lowers the latter two.
    """

    hour = models.DateTimeField()
    about = models.CharField(max_length=5)
    code = CodeField(blank=True)
    channel = models.CharField(max_length=200, blank=True)
    orders = models.BigIntegerField(default=0)
    new_orders = models.BigIntegerField(default=0)
    units = models.BigIntegerField(default=0)
    list_amount = models.BigIntegerField(default=0)
    net_amount = models.BigIntegerField(default=0)
    gmv_amount = models.BigIntegerField(default=0)
    discount_amount = models.BigIntegerField(default=0)
    back_orders = models.BigIntegerField(default=0)
    back_units = models.BigIntegerField(default=0)
    back_list_amount = models.BigIntegerField(default=0)
    back_net_amount = models.BigIntegerField(default=0)
    back_gmv_amount = models.BigIntegerField(default=0)
    back_discount_amount = models.BigIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["about", "code", "hour", "channel"], name="trade_once"),
        ]
        indexes = [models.Index(fields=["about", "hour"], name="trade_by_hour")]

    def __str__(self) -> str:
        return f"{self.about} {self.code} {self.hour}"


class Borne(models.Model):
    """Discount by the party that bears it, exactly as the ledger splits it; shipping included."""

    hour = models.DateTimeField()
    offer = CodeField()
    bearer = models.CharField(max_length=80, blank=True)
    amount = models.BigIntegerField(default=0)
    back_amount = models.BigIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["offer", "hour", "bearer"], name="borne_once")]
        indexes = [models.Index(fields=["hour"], name="borne_by_hour")]

    def __str__(self) -> str:
        return f"{self.offer} {self.bearer} {self.hour}"


class Goods(models.Model):
    """SKUs sold by the portal's calendar day; an empty offer is all that was sold, with or without offers."""

    day = models.DateField()
    offer = CodeField(blank=True)
    sku = CodeField()
    units = models.BigIntegerField(default=0)
    list_amount = models.BigIntegerField(default=0)
    net_amount = models.BigIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["offer", "day", "sku"], name="goods_once")]

    def __str__(self) -> str:
        return f"{self.offer} {self.sku} {self.day}"


class Buyer(models.Model):
    """One customer of one offer; `came_new` if their first order of all was one with it. "" is every order."""

    offer = CodeField(blank=True)
    customer_code = CodeField()
    orders = models.BigIntegerField(default=0)
    first_at = models.DateTimeField()
    came_new = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["offer", "customer_code"], name="buyer_once")]
        indexes = [models.Index(fields=["offer", "first_at"], name="buyer_by_time")]

    def __str__(self) -> str:
        return f"{self.offer} {self.customer_code}"


class FirstOrder(models.Model):
    """The first paid order of a customer here, and whether they had ordered elsewhere before, as known then.

    No sum: it is noted once and stays, because what is stored of customers changes.
    """

    customer_code = CodeField(primary_key=True)
    order = models.BigIntegerField(unique=True)
    new = models.BooleanField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.customer_code


class CouponFlow(models.Model):
    """What became of coupons by the hour: by template and by where they came from (a campaign, a batch, an order)."""

    hour = models.DateTimeField()
    template = CodeField()
    source = models.CharField(max_length=24, blank=True)
    origin = CodeField(blank=True)
    issued = models.BigIntegerField(default=0)
    used = models.BigIntegerField(default=0)
    returned = models.BigIntegerField(default=0)
    expired = models.BigIntegerField(default=0)
    voided = models.BigIntegerField(default=0)
    spent_amount = models.BigIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["template", "hour", "source", "origin"], name="coupon_flow_once")
        ]
        indexes = [models.Index(fields=["origin", "hour"], name="coupon_flow_by_origin")]

    def __str__(self) -> str:
        return f"{self.template} {self.hour}"


class Seen(models.Model):
    """Exposures and clicks by the hour, with placement and channel."""

    hour = models.DateTimeField()
    code = CodeField()
    placement = CodeField(blank=True)
    channel = models.CharField(max_length=200, blank=True)
    exposures = models.BigIntegerField(default=0)
    clicks = models.BigIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["code", "hour", "placement", "channel"], name="seen_once")
        ]
        indexes = [
            models.Index(fields=["hour"], name="seen_by_hour"),
            models.Index(fields=["placement", "hour"], name="seen_by_placement"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.hour}"


class Reached(models.Model):
    """One customer who was shown something, and whether they clicked it."""

    code = CodeField()
    customer_code = CodeField()
    exposed = models.BooleanField(default=False)
    clicked = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["code", "customer_code"], name="reached_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.customer_code}"


class Led(models.Model):
    """The placement that led to an order: where its customer last clicked, else last saw, one of its offers (or the
    campaign of one of its coupons) in the days before the payment."""

    order = models.BigIntegerField()
    code = CodeField()
    placement = CodeField()
    clicked = models.BooleanField()
    paid_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["order", "code"], name="led_once")]
        indexes = [
            models.Index(fields=["code", "placement"], name="led_by_placement"),
            models.Index(fields=["paid_at"], name="led_by_time"),
            models.Index(fields=["placement", "paid_at"], name="led_by_placement_time"),
        ]

    def __str__(self) -> str:
        return f"{self.order} {self.code} {self.placement}"
