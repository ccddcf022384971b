"""Who may call the storefront API: a client is a shop's server, its keys come and go."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.clock import DatabaseNow
from apps.storefront.scopes import Scope, scope_choices


class ApiClient(models.Model):
    """What it did outlives its keys. `shop` narrows it to one shop's goods and activities."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    shop = models.ForeignKey(
        "catalog.Shop",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("only this shop"),
    )
    created_at = models.DateTimeField(_("created"), db_default=DatabaseNow(), editable=False)

    class Meta:
        verbose_name = _("API client")
        verbose_name_plural = _("API clients")
        ordering = ["name"]
        default_permissions = ("view", "add", "change")
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="api_client_has_a_name")]

    def __str__(self) -> str:
        return self.name


class ApiKey(models.Model):
    """Only a hash of the key is kept. `prefix` finds it and is what people see of it; times are half open."""

    client = models.ForeignKey(ApiClient, models.PROTECT, related_name="keys", verbose_name=_("client"))
    prefix = models.CharField(_("begins with"), max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=20, choices=scope_choices), verbose_name=_("scopes"))
    created_at = models.DateTimeField(_("created"), db_default=DatabaseNow(), editable=False)
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("issue_apikey", _("Can issue an API key")),
            ("revoke_apikey", _("Can revoke an API key")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(scopes__contained_by=list(Scope), scopes__len__gte=1), name="api_key_known_scopes"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="api_key_expires_later"),
        ]

    def __str__(self) -> str:
        return self.prefix

    def is_live(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at
