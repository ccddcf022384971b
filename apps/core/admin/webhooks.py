"""Webhooks and what became of each delivery; what was given up can be sent again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from apps.core import webhooks
from apps.core.audit import record
from apps.core.models import OutboxEvent, WebhookDelivery, WebhookEndpoint
from apps.core.readonly_admin import ReadOnlyAdmin


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ModelAdmin):
    list_display = ("name", "url", "active")
    fields = ("name", "url", "topics", "active", "secret")
    readonly_fields = ("secret",)

    @admin.display(description=_("secret for signatures"))
    def secret(self, endpoint: WebhookEndpoint) -> str:
        return webhooks.secret_of(endpoint) if endpoint.pk else "–"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: WebhookEndpoint, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        record(
            action="core.change_webhook" if change else "core.add_webhook",
            subject=obj,
            actor=request.user,  # type: ignore[arg-type]
            after={"name": obj.name, "url": obj.url, "topics": obj.topics, "active": obj.active},
        )


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    list_display = ("event", "endpoint", "attempts", "delivered_at", "dead_at", "last_error")
    list_filter = ("endpoint", ("dead_at", admin.EmptyFieldListFilter))
    list_select_related = ("event", "endpoint")
    show_full_result_count = False
    actions = ("send_again",)  # type: ignore[assignment]  # the one exception: it only asks for another try

    def has_resend_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("core.resend_webhookdelivery")

    @admin.action(description=_("Send again"), permissions=["resend"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        for delivery in queryset:
            webhooks.send_again(delivery)


@admin.register(OutboxEvent)
class OutboxEventAdmin(ReadOnlyAdmin):
    list_display = ("topic", "subject", "created_at", "relayed_at")
    search_fields = ("=subject",)
    show_full_result_count = False
