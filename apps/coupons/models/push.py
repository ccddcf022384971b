"""A mass grant to an audience: how far it is, so that it can be stopped, killed and taken up again."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.clock import DatabaseNow
from apps.core.codes import CodeField
from apps.coupons.lifecycle import PushState
from apps.coupons.models.configuration import ClaimCampaign

PUSH_LABELS = {
    PushState.WAITING.value: _("waiting"),
    PushState.RUNNING.value: _("running"),
    PushState.STOPPED.value: _("stopped"),
    PushState.DONE.value: _("done"),
}


class PushRun(models.Model):
    """One run over the customers of a push campaign, in the order of their ids. `last_customer` is how far it came.

    A test run goes to `test_customers` only and counts as their share: the run proper leaves them out.
    """

    campaign = models.ForeignKey(
        ClaimCampaign, models.PROTECT, related_name="pushes", verbose_name=_("campaign")
    )
    test_customers = models.JSONField(_("test list"), default=list)
    state = models.CharField(
        _("state"), max_length=8, choices=list(PUSH_LABELS.items()), default=PushState.WAITING
    )
    people = models.BigIntegerField(_("people"), null=True)
    last_customer = CodeField(blank=True, db_default="")
    granted = models.BigIntegerField(_("granted"), default=0, db_default=0)
    skipped = models.BigIntegerField(_("left out"), default=0, db_default=0)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("started by")
    )
    created_at = models.DateTimeField(_("created"), db_default=DatabaseNow(), editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)
    told = models.CharField(_("why it stopped"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("mass grant")
        verbose_name_plural = _("mass grants")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("start_pushrun", _("Can start and stop approved mass grants")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(PushState)), name="push_state_known"),
            models.CheckConstraint(condition=Q(granted__gte=0) & Q(skipped__gte=0), name="push_not_negative"),
            models.UniqueConstraint(
                fields=["campaign"],
                condition=Q(state__in=[PushState.WAITING, PushState.RUNNING, PushState.STOPPED]),
                name="push_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.state}"
