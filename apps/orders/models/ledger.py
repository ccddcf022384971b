"""The record of what orders did to offers and money; rows are written once. Counters are sums of it."""

from enum import StrEnum

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.clock import DatabaseNow
from apps.core.codes import CodeField
from apps.orders.models.order import Order
from apps.orders.models.refund import Refund


class LedgerEvent(StrEnum):
    HOLD = "hold"
    RELEASE = "release"
    REDEEM = "redeem"
    REFUND = "refund"
    ADJUST = "adjust"
    RECALL = "recall"


class LedgerWhat(StrEnum):
    """What an entry is about: an offer's share of goods or of the fee, a reward, or money that changed hands."""

    SHARE = "share"
    SHIPPING = "shipping"
    GIFT = "gift"
    COUPON = "coupon"
    POINTS = "points"
    PAYMENT = "payment"
    CLAWBACK = "clawback"


class LedgerEntry(models.Model):
    """Amounts are minor units and never negative: the event says which way. A share borne by several parties is several
    rows, of which the first carries the units. `restocked`: what it reverses went back to stock, limits and budget."""

    at = models.DateTimeField(_("time"), db_default=DatabaseNow(), editable=False)
    event = models.CharField(_("event"), max_length=8, choices=[(e.value, e.value) for e in LedgerEvent])
    what = models.CharField(_("what"), max_length=8, choices=[(w.value, w.value) for w in LedgerWhat])
    order = models.ForeignKey(Order, models.PROTECT, related_name="ledger", verbose_name=_("order"))
    refund = models.ForeignKey(Refund, models.PROTECT, null=True, related_name="ledger")
    offer = CodeField(_("offer"), blank=True)
    version = models.PositiveIntegerField(_("version"), default=0)
    line = CodeField(_("line"), blank=True)
    segment = models.IntegerField(_("segment"), default=0)
    sku = CodeField("SKU", blank=True)
    units = models.BigIntegerField(_("units"), default=0)
    amount = models.BigIntegerField(_("amount"), default=0)
    bearer = models.CharField(_("borne by"), max_length=80, blank=True)
    restocked = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger")
        ordering = ["id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(condition=Q(units__gte=0) & Q(amount__gte=0), name="ledger_not_negative"),
            models.CheckConstraint(condition=Q(event__in=list(LedgerEvent)), name="ledger_event_known"),
            models.CheckConstraint(condition=Q(what__in=list(LedgerWhat)), name="ledger_what_known"),
        ]
        indexes = [models.Index(fields=["offer", "at"], name="ledger_by_offer", condition=~Q(offer=""))]

    def __str__(self) -> str:
        return f"{self.event} {self.what} {self.offer}".rstrip()


class LedgerSeal(models.Model):
    """One link of the ledger's chain."""

    number = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(LedgerEntry, models.PROTECT, related_name="seal")
    digest = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(number__gte=1), name="ledger_seal_from_one")]

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"
