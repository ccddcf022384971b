"""Coupon templates and claim campaigns as configured and approved."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.codes import code_check
from apps.coupons.lifecycle import CAMPAIGN_RIGHTS, CAMPAIGN_TABLE, TEMPLATE_RIGHTS, TEMPLATE_TABLE
from apps.offers.documents import PLATFORM, CampaignMode
from apps.offers.kind_labels import labelled_kinds
from apps.offers.lifecycle import TemplateState
from apps.offers.submission import Facts
from apps.offers.versions.models import Running, Version, Versioned
from apps.pricing.offer import Owner

TEMPLATE_LABELS = {
    TemplateState.DRAFT.value: _("draft"),
    TemplateState.IN_REVIEW.value: _("in review"),
    TemplateState.APPROVED.value: _("approved"),
    TemplateState.STOPPED.value: _("issuing stopped"),
}
MODE_LABELS = {
    CampaignMode.CLAIM.value: _("customers claim"),
    CampaignMode.PUSH.value: _("granted to all"),
    CampaignMode.ON_REGISTRATION.value: _("on registration"),
    CampaignMode.ON_LEVEL_UP.value: _("on a new level"),
    CampaignMode.ON_BIRTHDAY.value: _("on birthdays"),
    CampaignMode.ON_PAID.value: _("on payment"),
}


def template_kind_choices() -> list[tuple[str, Any]]:
    return labelled_kinds(lambda kind: kind.for_coupons)


class CouponTemplate(Versioned):
    """Value, condition, validity and budget of coupons; nothing of how they are handed out. It owns one offer."""

    DOCUMENT: ClassVar[str] = "template"
    OFFER_OWNER = Owner.TEMPLATE
    TABLE = TEMPLATE_TABLE
    RIGHTS = TEMPLATE_RIGHTS
    SHOP_FIELD: ClassVar[str] = "issuer"

    status = models.CharField(
        _("status"), max_length=12, choices=list(TEMPLATE_LABELS.items()), default=TemplateState.DRAFT
    )
    kind = models.CharField(_("kind"), max_length=40, choices=template_kind_choices)
    priority = models.IntegerField(_("priority"), default=0)
    budget_amount = models.BigIntegerField(_("budget"), null=True, blank=True)
    budget_quantity = models.BigIntegerField(_("coupons"), null=True, blank=True)
    stopped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
        verbose_name=_("stopped by"),
    )
    # 停用: issued coupons are not used either. 作废: what was issued before is void, also once an order lets it go.
    use_stopped_at = models.DateTimeField(_("use stopped"), null=True, editable=False)
    voided_at = models.DateTimeField(_("coupons voided"), null=True, editable=False)
    # Whether customer service may hand it out as compensation.
    for_compensation = models.BooleanField(
        _("for compensation"), default=False, db_default=False, editable=False
    )
    current = models.ForeignKey(
        "coupons.TemplateVersion",
        models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
        verbose_name=_("version in use"),
    )

    class Meta:
        verbose_name = _("coupon template")
        verbose_name_plural = _("coupon templates")
        ordering = ["-id"]
        default_permissions = ("add", "change", "view")
        permissions = [
            ("submit_coupontemplate", _("Can submit coupon templates for approval")),
            ("approve_coupontemplate", _("Can approve or reject coupon templates")),
            ("stop_coupontemplate", _("Can stop issuing coupons at once")),
        ]
        constraints = [
            code_check("template_code_form"),
            models.CheckConstraint(condition=Q(status__in=list(TemplateState)), name="template_status_known"),
            models.CheckConstraint(
                condition=Q(status__in=[TemplateState.DRAFT, TemplateState.IN_REVIEW], current=None)
                | ~Q(status__in=[TemplateState.DRAFT, TemplateState.IN_REVIEW]) & Q(current__isnull=False),
                name="template_runs_a_version",
            ),
            models.CheckConstraint(
                condition=~Q(status=TemplateState.STOPPED) | Q(stopped_by__isnull=False),
                name="template_stopped_by_one",
            ),
            models.CheckConstraint(
                condition=Q(budget_amount=None) | Q(budget_amount__gte=1), name="template_amount_positive"
            ),
            models.CheckConstraint(
                condition=Q(budget_quantity=None) | Q(budget_quantity__gte=1),
                name="template_quantity_positive",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-id"], name="template_by_status"),
            models.Index(fields=["owner", "-id"], name="template_by_owner"),
            models.Index(fields=["shop_code", "-id"], name="template_by_shop"),
        ]

    def show(self, content: dict[str, Any]) -> None:
        super().show(content)
        self.kind = content["kind"]
        self.priority = content["priority"]
        self.budget_amount = content["budget"]["amount"]
        self.budget_quantity = content["budget"]["quantity"]

    @classmethod
    def shop_of(cls, content: dict[str, Any]) -> str:
        return "" if content["issuer"] == PLATFORM else content["issuer"]


class TemplateVersion(Version):
    subject = models.ForeignKey(
        CouponTemplate, models.CASCADE, related_name="versions", verbose_name=_("coupon template")
    )

    class Meta(Version.Meta):
        verbose_name = _("template version")
        verbose_name_plural = _("template versions")


class ClaimCampaign(Running):
    """When, where, to whom and how many coupons are handed out; it only asks its templates for them."""

    DOCUMENT: ClassVar[str] = "campaign"
    TABLE = CAMPAIGN_TABLE
    RIGHTS = CAMPAIGN_RIGHTS
    OFFER_OWNER = None
    SHOP_FIELD: ClassVar[str] = "items"

    mode = models.CharField(_("how"), max_length=30, choices=list(MODE_LABELS.items()))
    quantity = models.BigIntegerField(_("quantity"))
    current = models.ForeignKey(
        "coupons.CampaignVersion",
        models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
        verbose_name=_("version that runs"),
    )

    class Meta(Running.Meta):
        verbose_name = _("claim campaign")
        verbose_name_plural = _("claim campaigns")
        ordering = ["-id"]
        default_permissions = ("add", "change", "view")
        permissions = [
            ("submit_claimcampaign", _("Can submit claim campaigns and ask for revocations")),
            ("approve_claimcampaign", _("Can approve or reject claim campaigns")),
            ("pause_claimcampaign", _("Can pause claim campaigns at once")),
        ]
        constraints = [
            *Running.Meta.constraints,
            code_check("claimcampaign_code_form"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="claimcampaign_quantity_positive"),
        ]

    def submission_facts(self, content: dict[str, Any]) -> Facts:
        """The validities of the coupons it hands out, as approved or, before that, as drafted."""
        named = [item["template"] for item in content["items"]]
        templates = CouponTemplate.objects.filter(code__in=named).select_related("current")
        newest = {one.code: one.current or one.open_version() for one in templates}
        return Facts(
            validities={code: version.content["validity"] for code, version in newest.items() if version}
        )

    @classmethod
    def shop_of(cls, content: dict[str, Any]) -> str:
        """The shop whose coupons it hands out; those of several, or of the platform, make it the platform's."""
        named = {item["template"] for item in content["items"]}
        shops = set(CouponTemplate.objects.filter(code__in=named).values_list("shop_code", flat=True))
        return shops.pop() if len(shops) == 1 else ""

    def show(self, content: dict[str, Any]) -> None:
        super().show(content)
        self.mode = content["mode"]
        self.quantity = content["quantity"]


class CampaignVersion(Version):
    subject = models.ForeignKey(
        ClaimCampaign, models.CASCADE, related_name="versions", verbose_name=_("claim campaign")
    )

    class Meta(Version.Meta):
        verbose_name = _("campaign version")
        verbose_name_plural = _("campaign versions")


CouponTemplate.VERSION = TemplateVersion
ClaimCampaign.VERSION = CampaignVersion
