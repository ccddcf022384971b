"""The category tree, kept as paths so that a subtree is one indexed question."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.catalog.models.exclusions import exclusions, exclusions_check
from apps.core.codes import CodeField, code_check

MAX_DEPTH = 32


class Category(models.Model):
    """`path` runs from the root to the category itself; `excluded_all` is its own exclusions and theirs.

    The services keep both true, and a trigger refuses to commit a path that is not its parent's path plus its
    code: so a loop cannot be stored, whoever writes.
    """

    code = CodeField(_("code"), primary_key=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    excluded_from = exclusions(verbose_name=_("excluded from"))
    path = ArrayField(models.CharField(max_length=64), editable=False, verbose_name=_("path"))
    excluded_all = exclusions(editable=False, verbose_name=_("excluded in effect"))

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["path"]
        indexes = [GinIndex(fields=["path"], name="category_path")]
        constraints = [
            code_check("category_code_form"),
            exclusions_check("category_exclusions"),
            models.CheckConstraint(
                condition=models.Q(path__len__gte=1, path__len__lte=MAX_DEPTH), name="category_depth"
            ),
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("code")), name="category_not_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.code

    @property
    def depth(self) -> int:
        """0 for a root."""
        return len(self.path) - 1
