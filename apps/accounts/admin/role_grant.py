"""Role requests: another administrator than the one who asked confirms or rejects."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from apps.accounts.admin.dialogs import ReasonForm, go_to
from apps.accounts.current import signed_in
from apps.accounts.models import GrantState, RoleGrant
from apps.accounts.services.roles import confirm_role, reject_role
from apps.core.errors import DomainError
from apps.core.readonly_admin import ReadOnlyAdmin


@admin.register(RoleGrant)
class RoleGrantAdmin(ReadOnlyAdmin):
    list_display = ("user", "role", "state", "requested_by", "requested_at", "decided_by", "decided_at")
    list_filter = ("state", "role")
    list_select_related = ("user", "requested_by", "decided_by")
    search_fields = ("user__username", "requested_by__username")

    fields = ("user", "role", "reason", "state", "requested_by", "requested_at", "decided_by", "decided_at")

    actions_detail = ("confirm", "reject")

    def has_confirm_role_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """May decide, and there is something to decide."""
        if not request.user.has_perm("accounts.confirm_role"):
            return False
        if object_id is None:
            return True
        pending = RoleGrant.objects.filter(pk=object_id, state=GrantState.PENDING)
        return pending.exclude(requested_by=signed_in(request)).exclude(user=signed_in(request)).exists()

    @action(
        description=_("Confirm"),
        url_path="confirm",
        permissions=["confirm_role"],
        icon="check",
        variant=ActionVariant.PRIMARY,
        dialog={
            "title": _("Confirm this role"),
            "description": _("The role counts from now on."),
            "form_class": BaseDialogForm,
            "form_submit_text": _("Confirm"),
        },
    )
    def confirm(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, confirm_role, _("The role counts from now on."))

    @action(
        description=_("Reject"),
        url_path="reject",
        permissions=["confirm_role"],
        icon="close",
        dialog={
            "title": _("Reject this request"),
            "description": _("Nothing changes for the user."),
            "form_class": ReasonForm,
            "form_submit_text": _("Reject"),
        },
    )
    def reject(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        done = _("The request was rejected.")
        return self._decide(request, object_id, reject_role, done, reason=form.cleaned_data["reason"])

    def _decide(
        self, request: HttpRequest, object_id: str, service: Callable[..., None], done: Any, **more: str
    ) -> HttpResponse:
        try:
            service(grant=RoleGrant.objects.get(pk=object_id), actor=signed_in(request), **more)
            messages.success(request, done)
        except DomainError as error:
            messages.error(request, error.message)
        return go_to(request, reverse("admin:accounts_rolegrant_change", args=[object_id]))
