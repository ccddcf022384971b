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
