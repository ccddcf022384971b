"""Customers as far as the shop tells of them, and the audiences they belong to by rule or by list."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.clock import DatabaseNow
from apps.core.codes import CodeField, code_check

__all__ = [
    "Audience",
    "AudienceMember",
    "Customer",
    "ListDraft",
    "ListDraftMember",
    "Snapshot",
    "SnapshotMember",
    "Tag",
    "TagCategory",
]


class Customer(models.Model):
    """`orders` None is an unknown number, which is not 0: such a customer is not new."""

    code = CodeField(_("customer"), primary_key=True)
    member_level = models.IntegerField(_("member level"), null=True, blank=True)
    tags = ArrayField(models.CharField(max_length=200), default=list, blank=True, verbose_name=_("tags"))
    registered_at = models.DateTimeField(_("registered"), null=True, blank=True)
    region = models.CharField(_("region"), max_length=200, null=True, blank=True)
    orders = models.BigIntegerField(_("orders"), null=True, blank=True)
    last_order_at = models.DateTimeField(_("last order"), null=True, editable=False)
    attributes = models.JSONField(_("attributes"), default=dict, blank=True)
    updated_at = models.DateTimeField(_("changed"), db_default=DatabaseNow(), editable=False)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        ordering = ["code"]
        indexes = [GinIndex(fields=["tags"], name="customer_tags")]
        constraints = [
            code_check("customer_code_form"),
            models.CheckConstraint(
                condition=models.Q(member_level__isnull=True) | models.Q(member_level__gte=0),
                name="customer_member_level",
            ),
            models.CheckConstraint(
                condition=models.Q(orders__isnull=True) | models.Q(orders__gte=0), name="customer_orders"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Audience(models.Model):
    """A rule, an uploaded list, or both: either is enough to belong.

    `rule_version` is a number that only grows from one commit to the next, given anew when a rule changes: a
    process that knows the rules as of the greatest one knows them all.
    """

    id = models.AutoField(primary_key=True)
    code = CodeField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    rule = models.JSONField(_("rule"), null=True, blank=True)
    rule_version = models.BigIntegerField(default=0, editable=False, db_index=True)
    has_list = models.BooleanField(_("has a list"), default=False, editable=False)
    list_size = models.BigIntegerField(_("customers on the list"), default=0, editable=False)
    people = models.BigIntegerField(_("customers"), null=True, editable=False)
    counted_at = models.DateTimeField(_("counted"), null=True, editable=False)
    updated_at = models.DateTimeField(_("changed"), db_default=DatabaseNow(), editable=False)

    class Meta:
        verbose_name = _("audience")
        verbose_name_plural = _("audiences")
        ordering = ["code"]
        permissions = [("approve_audience", _("May approve changes of audiences that offers use"))]
        constraints = [
            code_check("audience_code_form"),
            models.CheckConstraint(condition=models.Q(list_size__gte=0), name="audience_list_size"),
        ]

    def __str__(self) -> str:
        return self.name or self.code


class AudienceMember(models.Model):
    """One customer on one list, known or not.

    The key starts with the customer, so all lists of one are a single look-up in one index; with a small
    number for the audience it stays compact for millions.
    """

    pk = models.CompositePrimaryKey("customer_code", "audience_id")
    customer_code = CodeField(_("customer"))
    # The import holds the audience's row and checks every id as it reads: doing both again in the database, row by
    # row, would triple the time for a million.
    audience = models.ForeignKey(
        Audience, models.CASCADE, db_constraint=False, related_name="members", verbose_name=_("audience")
    )

    class Meta:
        verbose_name = _("member of a list")
        verbose_name_plural = _("members of lists")
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=~models.Q(customer_code=""), name="member_has_code")]


class ListDraft(models.Model):
    """An uploaded list that waits for a second person, as approved offers are meant for its audience."""

    audience = models.ForeignKey(
        Audience, models.CASCADE, related_name="list_drafts", verbose_name=_("audience")
    )
    replace = models.BooleanField(_("replaces the list"))
    rows = models.BigIntegerField(_("customers on the list"))
    created_at = models.DateTimeField(_("created"), db_default=DatabaseNow(), editable=False)

    class Meta:
        verbose_name = _("list that waits")
        verbose_name_plural = _("lists that wait")
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=models.Q(rows__gte=0), name="list_draft_rows")]

    def __str__(self) -> str:
        return f"{self.audience_id}: {self.rows}"


class ListDraftMember(models.Model):
    """One customer on a list that waits."""

    pk = models.CompositePrimaryKey("draft_id", "customer_code")
    draft = models.ForeignKey(
        ListDraft,
        models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="members",
        verbose_name=_("list"),
    )
    customer_code = CodeField(_("customer"))

    class Meta:
        verbose_name = _("member of a list that waits")
        verbose_name_plural = _("members of lists that wait")
        default_permissions = ()


# Django looks for models in this file.
from apps.audiences.tagging import Tag, TagCategory  # noqa: E402
from apps.audiences.taken import Snapshot, SnapshotMember  # noqa: E402
