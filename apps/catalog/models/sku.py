"""What is sold: one SKU with its price, its cost, and the two prices that protect it."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.catalog.models.exclusions import ExcludedFrom, exclusions, exclusions_check
from apps.catalog.models.tree import Category
from apps.catalog.models.vendors import Brand, Shop
from apps.core.clock import DatabaseNow
from apps.core.codes import CodeField, code_check
from apps.pricing.faults import MAX_AMOUNT

__all__ = ["ExcludedFrom", "Sku"]

AMOUNTS = ("price_amount", "cost_amount", "floor_price_amount", "min_price_amount")
# Prices may never fall below what these say, so a change of them is more than a change of data.
PROTECTED = ("min_price_amount", "excluded_from")


def amount_check(field: str) -> models.CheckConstraint:
    inside = models.Q(**{f"{field}__gte": 0, f"{field}__lte": MAX_AMOUNT})
    condition = inside if field == "price_amount" else inside | models.Q(**{f"{field}__isnull": True})
    return models.CheckConstraint(condition=condition, name=f"sku_{field}")


class SkuQuerySet(models.QuerySet["Sku"]):
    def in_categories(self, codes: Iterable[str]) -> SkuQuerySet:
        """SKUs of these categories and all below them."""
        return self.filter(category__path__overlap=list(codes))

    def below_cost(self) -> SkuQuerySet:
        return self.filter(price_amount__lt=models.F("cost_amount"))

    def excluded_in_effect(self, owner: str) -> SkuQuerySet:
        """Closed to activities or coupons, by its own word or a category's above it."""
        return self.filter(excluded_all__contains=[owner])


class Sku(models.Model):
    """Amounts are minor units. `floor_price` is watched, `min_price` is enforced.

    `category_path` and `excluded_all` repeat what the category says, so that a quote reads one row per SKU;
    triggers keep them true when a SKU or a category above it changes (migration 0002).
    """

    code = CodeField(_("SKU"), primary_key=True)
    name = models.CharField(_("name"), max_length=500, blank=True)
    shop = models.ForeignKey(Shop, models.PROTECT, null=True, blank=True, verbose_name=_("shop"))
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, verbose_name=_("category"))
    brand = models.ForeignKey(Brand, models.PROTECT, null=True, blank=True, verbose_name=_("brand"))
    tags = ArrayField(models.CharField(max_length=200), default=list, blank=True, verbose_name=_("tags"))
    price_amount = models.BigIntegerField(_("price"))
    cost_amount = models.BigIntegerField(_("cost"), null=True, blank=True)
    floor_price_amount = models.BigIntegerField(_("floor price"), null=True, blank=True)
    min_price_amount = models.BigIntegerField(_("minimum price"), null=True, blank=True)
    excluded_from = exclusions(verbose_name=_("excluded from"))
    category_path = ArrayField(
        models.CharField(max_length=64), default=list, editable=False, verbose_name=_("category path")
    )
    excluded_all = exclusions(editable=False, verbose_name=_("excluded in effect"))
    updated_at = models.DateTimeField(_("changed"), db_default=DatabaseNow(), editable=False)

    objects = SkuQuerySet.as_manager()

    class Meta:
        verbose_name = _("SKU")
        verbose_name_plural = _("SKUs")
        ordering = ["code"]
        permissions = [
            ("change_min_price", _("May change minimum prices and exclusions")),
            ("approve_protection", _("May approve other minimum prices and exclusions")),
        ]
        indexes = [GinIndex(fields=["tags"], name="sku_tags")]
        constraints = [
            code_check("sku_code_form"),
            exclusions_check("sku_exclusions"),
            *(amount_check(field) for field in AMOUNTS),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}".rstrip()
