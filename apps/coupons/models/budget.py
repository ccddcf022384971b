"""What a template and a campaign have to give: parts (buckets) of a whole that guard it, several for a hot one."""

from django.db import models
from django.db.models import F, Q

from apps.core.codes import CodeField


class TemplateAllowance(models.Model):
    """One part of a template's budget; templates without any limit have none. A total that is null is unlimited.

    `issued_quantity` counts coupons issued or promised by an unpaid order, without void ones.
    `reserved_amount` is the worst case of the unused and held ones, `spent_amount` the discount of the used ones.
    """

    template = CodeField()
    bucket = models.PositiveSmallIntegerField(default=0)
    total_quantity = models.BigIntegerField(null=True)
    issued_quantity = models.BigIntegerField(default=0, db_default=0)
    total_amount = models.BigIntegerField(null=True)
    reserved_amount = models.BigIntegerField(default=0, db_default=0)
    spent_amount = models.BigIntegerField(default=0, db_default=0)
    # The last of 50, 80, 95 percent that was told; on the first part.
    told = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["template", "bucket"], name="template_allowance_once"),
            models.CheckConstraint(
                condition=Q(issued_quantity__gte=0) & Q(reserved_amount__gte=0) & Q(spent_amount__gte=0),
                name="template_allowance_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(total_quantity=None) | Q(total_quantity__gte=F("issued_quantity")),
                name="template_allowance_quantity",
            ),
            models.CheckConstraint(
                condition=Q(total_amount=None)
                | Q(total_amount__gte=F("reserved_amount") + F("spent_amount")),
                name="template_allowance_amount",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.bucket}"


class CampaignAllowance(models.Model):
    """One part of what a claim campaign has released so far; `claims` of it are taken (a pack of coupons is one)."""

    campaign = CodeField()
    bucket = models.PositiveSmallIntegerField(default=0)
    total = models.BigIntegerField()
    claims = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["campaign", "bucket"], name="campaign_allowance_once"),
            models.CheckConstraint(
                condition=Q(claims__gte=0) & Q(claims__lte=F("total")), name="campaign_allowance_total"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} {self.bucket}"


class ClaimUse(models.Model):
    """How often a customer has had something of a source: a campaign or a batch of a shared code.

    `day` is empty for all time, else a calendar day of the portal as YYYY-MM-DD.
    """

    origin = CodeField()
    customer_code = CodeField()
    day = models.CharField(max_length=10, blank=True)
    claims = models.BigIntegerField(default=0)
    most = models.BigIntegerField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["customer_code", "origin", "day"], name="claim_use_once"),
            models.CheckConstraint(
                condition=Q(claims__gte=0) & (Q(most=None) | Q(claims__lte=F("most"))),
                name="claim_use_within_limit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_code} {self.origin} {self.day}".rstrip()
