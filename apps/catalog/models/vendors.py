"""Who sells and who makes: shops and brands, each known by its code."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.codes import CodeField, code_check


class Shop(models.Model):
    code = CodeField(_("code"), primary_key=True)
    name = models.CharField(_("name"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("shop")
        verbose_name_plural = _("shops")
        ordering = ["code"]
        constraints = [code_check("shop_code_form")]

    def __str__(self) -> str:
        return self.name or self.code


class Brand(models.Model):
    code = CodeField(_("code"), primary_key=True)
    name = models.CharField(_("name"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")
        ordering = ["code"]
        constraints = [code_check("brand_code_form")]

    def __str__(self) -> str:
        return self.name or self.code
