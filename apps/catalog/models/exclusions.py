"""Which owners of offers stay off a SKU or a category with all that is below it."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class ExcludedFrom(models.TextChoices):
    ACTIVITIES = "activities", _("activities")
    COUPONS = "coupons", _("coupons")


def exclusions(**options: Any) -> ArrayField:
    element = models.CharField(max_length=20, choices=ExcludedFrom.choices)
    return ArrayField(element, default=list, blank=True, **options)


def exclusions_check(name: str, field: str = "excluded_from") -> models.CheckConstraint:
    """Known words only; an array with a NULL in it is contained in nothing."""
    known = models.Q(**{f"{field}__contained_by": list(ExcludedFrom.values)})
    return models.CheckConstraint(condition=known, name=name)
