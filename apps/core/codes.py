"""Codes and ids: 1 to 64 visible ASCII characters without `/`, in forms, packs, the API and the database."""

from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_lazy as _

from apps.pricing.faults import CODE

MAX_CODE = 64
VALID_CODE = RegexValidator(
    rf"\A{CODE.pattern}", _("Use 1 to 64 visible ASCII characters without “/”."), code="code"
)


class CodeField(models.CharField):
    """A code as people and files write it; it never changes once given.

    ASCII needs no language: collation C lets the one index also serve prefixes, so the second index that
    Django makes for LIKE (on types it knows as varchar) would only cost writes.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", MAX_CODE)
        kwargs.setdefault("db_collation", "C")
        super().__init__(*args, **kwargs)
        self.validators.append(VALID_CODE)

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return f"character varying({self.max_length})"


def code_check(name: str, field: str = "code") -> models.CheckConstraint:
    """The same rule for what reaches the table without a form."""
    return models.CheckConstraint(condition=models.Q(**{f"{field}__regex": r"^[!-.0-~]{1,64}$"}), name=name)
