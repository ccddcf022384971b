"""What activities and templates share in the database: one space of codes, the journal of the offer book."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.clock import DatabaseNow
from apps.core.codes import CodeField, code_check
from apps.pricing.offer import Owner


class OfferCode(models.Model):
    """A code that is taken, for activities and templates together: a quote names either by code alone."""

    class OwnedBy(models.TextChoices):
        ACTIVITY = Owner.ACTIVITY.value, _("activity")
        TEMPLATE = Owner.TEMPLATE.value, _("coupon template")

    code = CodeField(_("code"), primary_key=True)
    owner = models.CharField(_("owner"), max_length=10, choices=OwnedBy.choices)

    class Meta:
        verbose_name = _("offer code")
        verbose_name_plural = _("offer codes")
        default_permissions = ()
        constraints = [
            code_check("offercode_form"),
            models.CheckConstraint(
                condition=models.Q(owner__in=[owner.value for owner in Owner]), name="offercode_owner"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class BookChange(models.Model):
    """Something that prices has changed. Ids commit in their order, so the greatest seen is a version.

    A process whose offer book is older loads the offers named since and applies them before it prices.
    """

    offer_code = CodeField(_("offer"))
    at = models.DateTimeField(_("at"), db_default=DatabaseNow(), editable=False)

    class Meta:
        verbose_name = _("change of the offer book")
        verbose_name_plural = _("changes of the offer book")
        default_permissions = ()
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.pk} {self.offer_code}"


class PlacementRecord(models.Model):
    """展示位: a place where a storefront shows things. Documents name it by its code and need no record of it."""

    code = CodeField(_("code"), unique=True)
    name_zh = models.CharField(_("name (Chinese)"), max_length=200)
    name_en = models.CharField(_("name (English)"), max_length=200, blank=True)
    channel = models.CharField(_("channel"), max_length=200, blank=True)
    size = models.CharField(_("size"), max_length=100, blank=True)
    rule = models.TextField(_("rule of what may stand there"), blank=True)
    cost_per_day_amount = models.BigIntegerField(_("cost per day"), null=True, blank=True)
    position = models.IntegerField(_("order in lists"), default=100)
    is_active = models.BooleanField(_("may be picked"), default=True)

    class Meta:
        verbose_name = _("placement")
        verbose_name_plural = _("placements")
        ordering = ["position", "code"]
        default_permissions = ("add", "change", "view")
        constraints = [
            code_check("placement_code_form"),
            models.CheckConstraint(
                condition=models.Q(cost_per_day_amount=None) | models.Q(cost_per_day_amount__gte=0),
                name="placement_cost_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh or self.code
