"""Who owes what for the discounts of a month: a line for each entry of the ledger that a bearer pays for."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.codes import CodeField
from apps.orders.models import LedgerEntry


class SettlementMonth(models.Model):
    """A calendar month of the portal's time zone, named by its first day. Once closed nothing in it changes; its sums
    are kept then."""

    month = models.DateField(_("month"), primary_key=True)
    closed_at = models.DateTimeField(_("closed at"), null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("closed by")
    )
    lines = models.BigIntegerField(_("lines"), default=0)
    borne_amount = models.BigIntegerField(_("discount"), default=0)
    back_amount = models.BigIntegerField(_("discount reversed"), default=0)

    class Meta:
        verbose_name = _("settlement")
        verbose_name_plural = _("settlements")
        ordering = ["-month"]
        default_permissions = ("view",)
        permissions = [
            ("close_settlement", _("Can close months of the settlement")),
            ("export_settlement", _("Can export settlements")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="settlement_first_of_month"),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None, lines=0, borne_amount=0, back_amount=0)
                | Q(closed_at__isnull=False, closed_by__isnull=False, lines__gte=0),
                name="settlement_sums_when_closed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None


class SettlementLine(models.Model):
    """One share of one offer on one line of one order, as one party bears it (`borne_amount`) or, after a refund, no
    longer does (`back_amount`). Without a line it is a discount on shipping. `shop_code` is the shop whose goods they
    are, as of the booking; `late` where its own month was closed already."""

    entry = models.OneToOneField(LedgerEntry, models.PROTECT, related_name="+", primary_key=True)
    month = models.ForeignKey(SettlementMonth, models.PROTECT, related_name="+", verbose_name=_("month"))
    at = models.DateTimeField(_("time"))
    late = models.BooleanField(_("of a closed month"), default=False)
    shop_code = CodeField(_("shop"), blank=True)
    bearer = models.CharField(_("borne by"), max_length=80, blank=True)
    order_code = CodeField(_("order"))
    line = CodeField(_("line"), blank=True)
    sku = CodeField("SKU", blank=True)
    offer = CodeField(_("offer"))
    borne_amount = models.BigIntegerField(_("discount"), default=0)
    back_amount = models.BigIntegerField(_("discount reversed"), default=0)

    class Meta:
        verbose_name = _("line of a settlement")
        verbose_name_plural = _("lines of settlements")
        ordering = ["entry_id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(borne_amount__gte=0, back_amount=0) | Q(borne_amount=0, back_amount__gte=0),
                name="settlement_one_way",
            ),
        ]
        indexes = [
            models.Index(F("month"), F("shop_code"), F("bearer"), F("entry"), name="settlement_by_party"),
            models.Index(fields=["order_code"], name="settlement_by_order"),
        ]

    def __str__(self) -> str:
        return f"{self.order_code} {self.line} {self.offer}"


class Reconciliation(models.Model):
    """One proof that reports and settlement are what the ledger says: how far it looked, and every difference."""

    at = models.DateTimeField(_("time"))
    seal = models.BigIntegerField(_("entries compared"))
    checked = models.JSONField(default=dict)
    differences = models.JSONField(_("differences"), default=list)

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliations")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [("run_reconciliation", _("Can run the reconciliation"))]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
