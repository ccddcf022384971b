"""Events (大促): the list, and the container that a list entry opens."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from apps.accounts.current import signed_in
from apps.activities.events.models import Event
from apps.activities.events.pages import making, steps
from apps.activities.events.pages.forms import EventForm
from apps.activities.events.pages.page import page_of
from apps.activities.events.services import conclude, hand_over, save_event
from apps.catalog.selectors import portal
from apps.core.clock import DatabaseNow
from apps.core.tabbed_list import TabbedChangeList
from apps.offers.admin import picking
from apps.offers.admin.words import time_span
from apps.pricing.money import format_money

EDIT = "edit"


@admin.register(Event)
class EventAdmin(ModelAdmin):
    list_display = ("name_and_code", "window", "budget", "members", "who")
    search_fields = ("code", "name")
    ordering = ("-starts_at", "code")
    list_before_template = "admin/portal/tabs.html"
    tabs = (
        ("", _("All")),
        ("mine", _("Mine")),
        ("upcoming", _("Starting")),
        ("running", _("Live")),
        ("ended", _("Ended")),
    )

    form = EventForm

    actions = None

    # Permissions and rows

    def has_delete_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Event | None = None) -> tuple[str, ...]:
        return ("code",) if obj else ()

    def get_fields(self, request: HttpRequest, obj: Event | None = None) -> tuple[str, ...]:
        """A new one belongs to whoever makes it, and nobody has reviewed it yet."""
        fields = ("name", "starts_at", "ends_at", "budget_amount")
        return ("code", *fields, "owner", "conclusion") if obj else ("name", "code", *fields[1:])

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        rows = super().get_queryset(request).select_related("owner", "copied_from__owner")
        return rows.annotate(
            activity_count=Count("activities", distinct=True), member_count=Count("members", distinct=True)
        )

    def get_changelist(self, request: HttpRequest, **options: Any) -> Any:
        return TabbedChangeList

    def tab_queryset(self, request: HttpRequest, queryset: Any, name: str) -> Any:
        now = DatabaseNow()
        tabs = {
            "mine": Q(owner=request.user.pk),
            "upcoming": Q(starts_at__gt=now),
            "running": Q(starts_at__lte=now) & (Q(ends_at=None) | Q(ends_at__gt=now)),
            "ended": Q(ends_at__lte=now),
        }
        return queryset.filter(tabs[name]) if name in tabs else queryset

    # Pages

    def get_urls(self) -> list[URLPattern]:
        wrap, name = self.admin_site.admin_view, "activities_event"
        return [
            path("pick/<slug:source>/", wrap(self.pick_view), name=f"{name}_pick"),
            path("<path:object_id>/copy/", wrap(self.copy_view), name=f"{name}_copy"),
            path("<path:object_id>/join/", wrap(self.join_view), name=f"{name}_join"),
            path("<path:object_id>/do/<slug:code>/", wrap(self.step_view), name=f"{name}_do"),
            *super().get_urls(),
        ]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """The container; the form behind `?edit`, which posts to itself."""
        if object_id is None or EDIT in request.GET:
            return super().changeform_view(request, object_id, form_url, extra_context)
        event = self.get_object(request, unquote(object_id))
        if event is None:
            raise Http404
        if not self.has_view_permission(request, event) or request.method != "GET":
            raise PermissionDenied
        return self.container(request, event)

    def container(self, request: HttpRequest, event: Event) -> HttpResponse:
        user = signed_in(request)
        page = page_of(event, user)
        offered = steps.offered(user, [line.member for line in page.lines])
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": event.name,
            "page": page,
            "event": event,
            "may_edit": self.has_change_permission(request, event),
            "may_copy": self.has_add_permission(request),
            "steps": [
                {"step": step, "number": number, "url": self.url_of(event, "do", step.code)}
                for step, number in offered
            ],
            "export_url": _export_url(event),
        }
        return TemplateResponse(request, "admin/activities/event.html", context)

    def copy_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return making.copy_view(self, request, object_id)

    def join_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return making.join_view(self, request, object_id)

    def step_view(self, request: HttpRequest, object_id: str, code: str) -> HttpResponse:
        return steps.step_view(self, request, object_id, code)

    def pick_view(self, request: HttpRequest, source: str) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return picking.pick(request, source)

    def url_of(self, event: Event, *more: str) -> str:
        return reverse(f"admin:activities_event_{more[0] if more else 'change'}", args=[event.pk, *more[1:]])

    # Saving

    def save_model(self, request: HttpRequest, obj: Event, form: Any, change: bool) -> None:
        actor = signed_in(request)
        content = {
            "code": obj.code,
            "name": obj.name,
            "starts_at": obj.starts_at.isoformat() if obj.starts_at else None,
            "ends_at": obj.ends_at.isoformat() if obj.ends_at else None,
            "budget": {"amount": obj.budget_amount},
        }
        save_event(content=content, actor=actor)
        stored = Event.objects.get(code=obj.code)
        obj.pk = stored.pk
        if not change:
            return
        conclude(event=stored, text=obj.conclusion, actor=actor)
        if obj.owner is not None:
            hand_over(event=stored, owner=obj.owner, actor=actor)

    def response_add(self, request: HttpRequest, obj: Event, post_url_continue: Any = None) -> HttpResponse:
        super().response_add(request, obj, post_url_continue)
        return HttpResponseRedirect(self.url_of(obj))

    def response_change(self, request: HttpRequest, obj: Event) -> HttpResponse:
        super().response_change(request, obj)
        return HttpResponseRedirect(self.url_of(obj))

    # Columns

    @display(description=_("event"), ordering="name", header=True)
    def name_and_code(self, event: Event) -> tuple[str, str]:
        return event.name, event.code

    @admin.display(description=_("time"), ordering="starts_at")
    def window(self, event: Event) -> SafeString:
        return time_span(event.starts_at, event.ends_at)

    @admin.display(description=_("budget"), ordering="budget_amount")
    def budget(self, event: Event) -> str:
        return "-" if event.budget_amount is None else format_money(event.budget_amount, portal().currency)

    @admin.display(description=_("owner"), ordering="owner")
    def who(self, event: Event) -> str:
        return event.owner.full_name if event.owner else "-"

    @admin.display(description=_("members"))
    def members(self, event: Event) -> int:
        return int(event.activity_count + event.member_count)  # type: ignore[attr-defined]


def _export_url(event: Event) -> str:
    """The pack is written by an app above this one; without it there is no button."""
    try:
        return reverse("admin:event_pack", args=[event.code])
    except NoReverseMatch:
        return ""
