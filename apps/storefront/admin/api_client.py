"""API clients: made here, given keys here. A key is shown once, in the dialog that made it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminIntegerFieldWidget

from apps.accounts.admin.dialogs import go_to
from apps.core.clock import DatabaseNow
from apps.core.errors import DomainError
from apps.storefront.models import ApiClient
from apps.storefront.scopes import scope_choices
from apps.storefront.services.keys import DEFAULT_DAYS, MOST_DAYS, issue_key, note_new_client


class KeyForm(BaseDialogForm):
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"), choices=scope_choices, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    days = forms.IntegerField(
        label=_("Days until it expires"),
        min_value=1,
        max_value=MOST_DAYS,
        initial=DEFAULT_DAYS,
        widget=UnfoldAdminIntegerFieldWidget,
    )


@admin.register(ApiClient)
class ApiClientAdmin(ModelAdmin):
    list_display = ("name", "shop", "live_keys", "created_at")
    list_select_related = ("shop",)
    search_fields = ("name", "shop__code")

    fields = ("name", "shop")
    autocomplete_fields = ()

    actions = None
    actions_detail = ("new_key",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_issue_apikey_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("storefront.issue_apikey")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiClient]:
        live = Q(keys__revoked_at=None, keys__expires_at__gt=DatabaseNow())
        return super().get_queryset(request).annotate(live=Count(F("keys"), filter=live))

    @admin.display(description=_("live keys"), ordering="live")
    def live_keys(self, client: Any) -> int:
        return client.live

    def save_model(self, request: HttpRequest, obj: ApiClient, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        note_new_client(client=obj, actor=request.user)  # type: ignore[arg-type]

    @action(
        description=_("New key"),
        url_path="new-key",
        permissions=["issue_apikey"],
        icon="key",
        variant=ActionVariant.PRIMARY,
        dialog={
            "title": _("New key"),
            "description": _("A client has two live keys at most, so that one can take over from the other."),
            "form_class": KeyForm,
            "form_submit_text": _("Make the key"),
        },
    )
    def new_key(self, request: HttpRequest, form: KeyForm, object_id: str) -> HttpResponse:
        client = ApiClient.objects.get(pk=object_id)
        back = reverse("admin:storefront_apiclient_change", args=[object_id])
        try:
            key = issue_key(
                client=client,
                scopes=form.cleaned_data["scopes"],
                days=form.cleaned_data["days"],
                actor=request.user,  # type: ignore[arg-type]
            )
        except DomainError as error:
            messages.error(request, error.message)
            return go_to(request, back)
        response = render(
            request, "storefront/key_issued.html", {"key": key.text, "client": client, "back": back}
        )
        response["HX-Retarget"] = response["HX-Reselect"] = "#dialog"
        return response
