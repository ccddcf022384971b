"""Tags of customers as records: what a tag means, and the category people look for it under."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TagCategory(models.Model):
    """What kind of thing tags say: how valuable, what they like, where from."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("category of tags")
        verbose_name_plural = _("categories of tags")
        ordering = ["position", "name"]
        default_permissions = ("view", "add", "change")

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    """`text` is what the shop stores with a customer; `name` is what people call it.

    A tag that customers have and nobody described is one without a category.
    """

    text = models.CharField(_("tag"), max_length=200, unique=True)
    name = models.CharField(_("name"), max_length=100, blank=True)
    category = models.ForeignKey(
        TagCategory, models.PROTECT, null=True, blank=True, related_name="tags", verbose_name=_("category")
    )
    note = models.CharField(_("what it means"), max_length=300, blank=True)
    in_use = models.BooleanField(_("in use"), default=True, help_text=_("Offered where people write rules."))

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["category__position", "category__name", "text"]
        default_permissions = ("view", "add", "change")

    def __str__(self) -> str:
        return f"{self.name} ({self.text})" if self.name else self.text
