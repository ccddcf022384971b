"""What an approver decided with a revocation: holds of this offer are void from this instant on."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.codes import CodeField


class Voiding(models.Model):
    """One per offer, since what ended never runs again. `orders` and `amount` count what has been given back so far.

    From the commit of this row on no hold of the offer can be paid; the sweep gives back what they hold, in batches,
    until `done_at`.
    """

    offer = CodeField(_("activity"), unique=True)
    at = models.DateTimeField(_("revoked"))
    decided_by = models.CharField(_("approved by"), max_length=200)
    orders = models.BigIntegerField(_("orders cancelled"), default=0)
    amount = models.BigIntegerField(_("to pay"), default=0)
    done_at = models.DateTimeField(_("all given back"), null=True)

    class Meta:
        verbose_name = _("cancellation of unpaid orders")
        verbose_name_plural = _("cancellations of unpaid orders")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [("export_hit_orders", _("Can export the orders that an activity reached"))]
        constraints = [
            models.CheckConstraint(condition=Q(orders__gte=0) & Q(amount__gte=0), name="voiding_not_negative")
        ]
        indexes = [models.Index(fields=["id"], condition=Q(done_at=None), name="voiding_open")]

    def __str__(self) -> str:
        return self.offer
