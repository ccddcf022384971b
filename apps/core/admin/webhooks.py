"""Webhooks and what became of each delivery; what was given up can be sent again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
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
    change_form_outer_before_template = "admin/portal/send_again.html"
    actions = ("send_again",)  # type: ignore[assignment]  # the one exception: it only asks for another try

    def has_resend_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("core.resend_webhookdelivery")

    @admin.action(description=_("Send again"), permissions=["resend"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        for delivery in queryset:
            webhooks.send_again(delivery=delivery, actor=_person(request))

    def get_urls(self) -> list[URLPattern]:
        again = self.admin_site.admin_view(self.send_again_view)
        return [
            path("<int:pk>/send-again/", again, name="core_webhookdelivery_send_again"),
            *super().get_urls(),
        ]

    def send_again_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The button of the page of one delivery."""
        delivery = self.get_queryset(request).filter(pk=pk).first()
        if delivery is None:
            raise Http404
        if request.method != "POST" or not self.has_view_permission(request, delivery):
            raise PermissionDenied
        if webhooks.send_again(delivery=delivery, actor=_person(request)):
            messages.success(request, _("It will be sent again."))
        else:
            messages.error(request, _("This delivery was not given up."))
        return HttpResponseRedirect(reverse("admin:core_webhookdelivery_change", args=[pk]))


@admin.register(OutboxEvent)
class OutboxEventAdmin(ReadOnlyAdmin):
    list_display = ("topic", "subject", "created_at", "relayed_at")
    search_fields = ("=subject",)
    show_full_result_count = False


def _person(request: HttpRequest) -> AbstractUser:
    """Whoever passed the admin's door; apps above know more of them."""
    if not isinstance(request.user, AbstractUser):
        raise PermissionDenied
    return request.user
