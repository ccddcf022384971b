"""How much of each offer is held and sold, and by whom: counters that guard, and the draws that explain them."""

from enum import StrEnum

from django.db import models
from django.db.models import F, Q

from apps.core.codes import CodeField
from apps.orders.models.order import Order


class Measure(StrEnum):
    """What is counted. `UNITS` with a SKU are its own stock (of gifts too), without one the whole stock."""

    UNITS = "units"
    BUDGET = "budget"
    ORDERS = "orders"


class Counter(models.Model):
    """One part of what there is of an offer; several buckets share a hot one. Only limited things have any.

    `span` says over what it counts: empty (the whole activity), `s:<start>` a session, `d:<day>` a day.
    """

    offer = CodeField()
    measure = models.CharField(max_length=8, choices=[(m.value, m.value) for m in Measure])
    sku = CodeField(blank=True)
    span = models.CharField(max_length=40, blank=True)
    bucket = models.PositiveSmallIntegerField(default=0)
    total = models.BigIntegerField()
    held = models.BigIntegerField(default=0, db_default=0)
    used = models.BigIntegerField(default=0, db_default=0)
    # The last of 50, 80, 95 percent that was told; on the first bucket.
    told = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "measure", "sku", "span", "bucket"], name="counter_bucket_once"
            ),
            models.CheckConstraint(condition=Q(held__gte=0) & Q(used__gte=0), name="counter_not_negative"),
            models.CheckConstraint(
                condition=Q(total__gte=F("held") + F("used")), name="counter_within_total"
            ),
            models.CheckConstraint(condition=Q(measure__in=list(Measure)), name="counter_measure_known"),
        ]

    def __str__(self) -> str:
        return f"{self.offer} {self.measure} {self.sku} {self.span}".rstrip()


class CustomerUse(models.Model):
    """What one customer has had of an offer (or of one SKU in it) over a span, held and paid, beside the limits."""

    offer = CodeField()
    customer = CodeField()
    sku = CodeField(blank=True)
    span = models.CharField(max_length=40, blank=True)
    units = models.BigIntegerField(default=0)
    orders = models.BigIntegerField(default=0)
    most_units = models.BigIntegerField(null=True)
    most_orders = models.BigIntegerField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["customer", "offer", "sku", "span"], name="customer_use_once"),
            models.CheckConstraint(
                condition=Q(units__gte=0) & Q(orders__gte=0), name="customer_use_not_negative"
            ),
            models.CheckConstraint(
                condition=(Q(most_units=None) | Q(units__lte=F("most_units")))
                & (Q(most_orders=None) | Q(orders__lte=F("most_orders"))),
                name="customer_use_within_limits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer} {self.offer} {self.sku} {self.span}".rstrip()


class Draw(models.Model):
    """What an order took from one counter; `back` of it was given back after payment.

    No foreign key in the database on the counter: its check would lock the hottest row there is.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="draws")
    counter = models.ForeignKey(Counter, models.PROTECT, related_name="draws", db_constraint=False)
    amount = models.BigIntegerField()
    back = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["order", "counter"], name="draw_once"),
            models.CheckConstraint(
                condition=Q(amount__gte=1) & Q(back__gte=0) & Q(back__lte=F("amount")), name="draw_amount"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.counter_id}: {self.amount}"


class CustomerDraw(models.Model):
    """What an order took of its customer's limits."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="customer_draws")
    use = models.ForeignKey(CustomerUse, models.PROTECT, related_name="draws", db_constraint=False)
    units = models.BigIntegerField()
    orders = models.BigIntegerField()
    units_back = models.BigIntegerField(default=0, db_default=0)
    orders_back = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["order", "use"], name="customer_draw_once"),
            models.CheckConstraint(
                condition=Q(units_back__gte=0)
                & Q(units_back__lte=F("units"))
                & Q(orders_back__gte=0)
                & Q(orders_back__lte=F("orders")),
                name="customer_draw_back",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.use_id}: {self.units}"
