"""API keys: what is known of them is read only; one button stops a key."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from apps.accounts.admin.dialogs import go_to
from apps.core.clock import DatabaseNow
from apps.core.errors import DomainError
from apps.core.readonly_admin import ReadOnlyAdmin
from apps.storefront.models import ApiKey
from apps.storefront.scopes import LABELS, Scope
from apps.storefront.services.keys import revoke_key


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    list_display = ("prefix", "client", "scope_names", "state", "expires_at", "revoked_at")
    list_filter = ("client",)
    list_select_related = ("client",)
    search_fields = ("prefix", "client__name")

    fields = ("prefix", "client", "scope_names", "state", "created_at", "expires_at", "revoked_at")
    readonly_fields = ("scope_names", "state")

    actions_detail = ("revoke",)

    def has_revoke_apikey_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """May revoke, and there is something to revoke."""
        if not request.user.has_perm("storefront.revoke_apikey"):
            return False
        return object_id is None or ApiKey.objects.filter(pk=object_id, revoked_at=None).exists()

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiKey]:
        return super().get_queryset(request).annotate(now=DatabaseNow())

    @admin.display(description=_("scopes"))
    def scope_names(self, key: ApiKey) -> str:
        return ", ".join(str(LABELS[Scope(scope)]) for scope in key.scopes)

    @display(description=_("state"), label={"live": "success", "expired": "warning", "revoked": "danger"})
    def state(self, key: Any) -> tuple[str, object]:
        if key.revoked_at is not None:
            return "revoked", _("revoked")
        return ("live", _("live")) if key.is_live(key.now) else ("expired", _("expired"))

    @action(
        description=_("Revoke"),
        url_path="revoke",
        permissions=["revoke_apikey"],
        icon="key_off",
        variant=ActionVariant.DANGER,
        dialog={
            "title": _("Revoke this key"),
            "description": _("The shop's server is refused within five seconds. This cannot be undone."),
            "form_class": BaseDialogForm,
            "form_submit_text": _("Revoke"),
        },
    )
    def revoke(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        try:
            revoke_key(key=ApiKey.objects.get(pk=object_id), actor=request.user)  # type: ignore[arg-type]
            messages.success(request, _("The key was revoked."))
        except DomainError as error:
            messages.error(request, error.message)
        return go_to(request, reverse("admin:storefront_apikey_change", args=[object_id]))
