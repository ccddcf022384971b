"""The portal's currency and selection, which packs set; whether orders below a floor price are refused, by a switch."""

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from apps.accounts.admin.dialogs import ReasonForm, go_to
from apps.accounts.current import signed_in
from apps.catalog.models import Portal
from apps.catalog.services.portal import CHANGE, set_block_below_floor
from apps.core.errors import DomainError
from apps.core.readonly_admin import ReadOnlyAdmin


@admin.register(Portal)
class PortalAdmin(ReadOnlyAdmin):
    list_display = ("currency", "selection", "block_below_floor")
    actions_detail = ("switch_floor",)

    def has_switch_floor_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm(CHANGE)

    @action(
        description=_("Refuse or accept orders below the floor price"),
        url_path="switch-floor",
        permissions=["switch_floor"],
        icon="price_check",
        dialog={
            "title": _("Refuse or accept orders below the floor price"),
            "description": _("Counts from the next order on; orders that are held keep their price."),
            "form_class": ReasonForm,
            "form_submit_text": _("Switch"),
        },
    )
    def switch_floor(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        portal = Portal.objects.get(pk=object_id)
        try:
            set_block_below_floor(
                on=not portal.block_below_floor,
                actor=signed_in(request),
                reason=form.cleaned_data["reason"],
            )
            messages.success(request, _("Done."))
        except DomainError as error:
            messages.error(request, error.message)
        return go_to(request, reverse("admin:catalog_portal_change", args=[object_id]))
