"""What all lists and forms of the catalogue share."""

from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from apps.accounts.admin.field_history import FieldHistory
from apps.approvals.models import ApprovalRequest
from apps.core.errors import DomainError
from apps.core.long_lists import LongListMixin


def tell_asked(request: HttpRequest, asked: ApprovalRequest | None) -> None:
    """What was saved, and what waits for another person."""
    if asked is not None:
        text = _(
            "Saved, but for the minimum price and exclusions: approved offers reach it, so another person decides."
        )
        messages.warning(request, text)


class CatalogAdmin(FieldHistory, LongListMixin, ModelAdmin):
    """Codes are given once, nothing is deleted, and what a service refuses is said on the page."""

    actions = None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        fixed = list(super().get_readonly_fields(request, obj))
        return [*fixed, "code"] if obj is not None else fixed

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except DomainError as refusal:
            messages.error(request, refusal.message)
            return HttpResponseRedirect(request.get_full_path())
