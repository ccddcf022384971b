"""A pattern: what an activity says, without its code, its time and its event."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.clock import DatabaseNow
from apps.core.codes import CodeField


class Pattern(models.Model):
    """`content` is a document of the pack format with those keys left out; no `shop_code` is the platform's."""

    name = models.CharField(_("name"), max_length=200)
    shop_code = CodeField(_("shop"), blank=True)
    kind = models.CharField(_("kind"), max_length=40)
    content = models.JSONField(_("content"), editable=False)
    kept_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("kept by"), editable=False
    )
    kept_at = models.DateTimeField(_("kept at"), db_default=DatabaseNow(), editable=False)

    class Meta:
        app_label = "activities"
        verbose_name = _("pattern")
        verbose_name_plural = _("patterns")
        ordering = ["name", "id"]
        default_permissions = ("add", "change", "delete", "view")
        constraints = [
            models.UniqueConstraint(fields=["shop_code", "name"], name="pattern_name_once_a_shop"),
            models.CheckConstraint(condition=~Q(name=""), name="pattern_has_name"),
        ]

    def __str__(self) -> str:
        return self.name
