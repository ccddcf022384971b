"""What SKUs cost over time: stretches of unchanged list and promotion price, and the lowest price paid on a day."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.codes import CodeField


class PriceSpan(models.Model):
    """From `starts_at` until `ends_at` (None: still) one unit had this list price and cost everybody this price.

    The promotion price is that of the item layer for a customer of whom nothing is known, on no channel.
    """

    sku = CodeField("SKU")
    list_amount = models.BigIntegerField(_("list price"))
    price_amount = models.BigIntegerField(_("promotion price"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True)

    class Meta:
        verbose_name = _("price of a SKU")
        verbose_name_plural = _("prices of SKUs")
        ordering = ["sku", "starts_at"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["sku"], condition=Q(ends_at=None), name="price_span_one_open"),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="price_span_has_time"
            ),
            models.CheckConstraint(
                condition=Q(price_amount__gte=0) & Q(list_amount__gte=0), name="price_span_amounts"
            ),
        ]
        indexes = [models.Index(fields=["sku", "ends_at"], name="price_span_by_end")]

    def __str__(self) -> str:
        return f"{self.sku} {self.starts_at}"


class PaidLow(models.Model):
    """The lowest price of a unit in the paid orders of a day (of the portal's time zone)."""

    sku = CodeField("SKU")
    day = models.DateField(_("day"))
    amount = models.BigIntegerField(_("lowest price paid"))

    class Meta:
        verbose_name = _("lowest price paid")
        verbose_name_plural = _("lowest prices paid")
        ordering = ["sku", "day"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["sku", "day"], name="paid_low_once")]

    def __str__(self) -> str:
        return f"{self.sku} {self.day}"


class PriceMark(models.Model):
    """How far the history has been written: one row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    followed_at = models.DateTimeField()
    book = models.BigIntegerField(default=0)
    entry = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("mark of the price history")
        verbose_name_plural = _("marks of the price history")
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(id=1), name="price_mark_one_row")]

    def __str__(self) -> str:
        return str(self.followed_at)
