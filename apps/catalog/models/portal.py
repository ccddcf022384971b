"""What holds for the whole portal: its currency and how it chooses between offers."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Selection(models.TextChoices):
    BEST = "best", _("the best price for the customer")
    PRIORITY = "priority", _("offers by priority")


class Portal(models.Model):
    """One row, made by the first pack; the currency never changes after that."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    currency = models.CharField(_("currency"), max_length=3)
    selection = models.CharField(
        _("selection"), max_length=10, choices=Selection.choices, default=Selection.BEST
    )

    block_below_floor = models.BooleanField(
        _("refuse orders below the floor price"), default=False, db_default=False
    )
    goal_from_amount = models.BigIntegerField(
        _("budget from which a goal is compulsory"), null=True, blank=True
    )

    class Meta:
        verbose_name = _("portal")
        verbose_name_plural = _("portal")
        default_permissions = ("view", "change")
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="portal_one_row"),
            models.CheckConstraint(condition=models.Q(currency__regex="^[A-Z]{3}$"), name="portal_currency"),
            models.CheckConstraint(
                condition=models.Q(selection__in=Selection.values), name="portal_selection"
            ),
            models.CheckConstraint(
                condition=models.Q(goal_from_amount=None) | models.Q(goal_from_amount__gte=0),
                name="portal_goal_from_amount",
            ),
        ]

    def __str__(self) -> str:
        return self.currency
