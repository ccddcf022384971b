"""One reversal of a paid order, with the answer it got."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.clock import DatabaseNow
from apps.core.codes import CodeField, code_check
from apps.orders.models.order import Order


class Refund(models.Model):
    """`code` is the shop's own id, unique within the order. `total_amount` is what the customer gets in all."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="refunds")
    code = CodeField(_("refund"))
    fault = models.CharField(
        _("whose fault"), max_length=8, choices=[("customer", _("customer")), ("merchant", _("merchant"))]
    )
    reason = models.TextField(_("reason"), blank=True)
    total_amount = models.BigIntegerField(_("paid back"))
    shipping_amount = models.BigIntegerField(_("of it shipping"))
    clawback_amount = models.BigIntegerField(_("kept for used rewards"))
    answer = models.JSONField(_("answer"))
    created_at = models.DateTimeField(_("time"), db_default=DatabaseNow(), editable=False)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["id"]
        default_permissions = ("view",)
        constraints = [
            code_check("refund_code_form"),
            models.UniqueConstraint(fields=["order", "code"], name="refund_once"),
            models.CheckConstraint(
                condition=Q(total_amount__gte=0) & Q(shipping_amount__gte=0) & Q(clawback_amount__gte=0),
                name="refund_amounts",
            ),
        ]

    def __str__(self) -> str:
        return self.code
