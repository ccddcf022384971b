"""Activities: list with tabs, editor, buttons of the lifecycle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import display

from apps.accounts.current import signed_in
from apps.accounts.scope import may_write, shops_of
from apps.activities.admin.descent import conclusions_before
from apps.activities.admin.doings import DOINGS
from apps.activities.admin.exposure import Said, said_exposure
from apps.activities.admin.pattern import begun_content, keep_view, patterns_for
from apps.activities.forms import ActivityForm
from apps.activities.grid.beginning import TO_TABLE, with_goods_chosen
from apps.activities.grid.views import grid_url, grid_urls
from apps.activities.models import Activity
from apps.activities.selectors import tab
from apps.approvals.admin.presenters import Way
from apps.catalog.models import Shop, Sku
from apps.offers.admin.codes import new_code
from apps.offers.admin.looks import STATE_LOOKS
from apps.offers.admin.situation import Situation
from apps.offers.admin.versioned import VersionedAdmin
from apps.offers.admin.words import time_span
from apps.offers.documents.activity import ACTIVITY_KINDS
from apps.pricing.kinds import KINDS
from apps.pricing.layers import Layer

TABS = (
    ("", _("All")),
    ("mine", _("Mine")),
    ("in_review", _("In review")),
    ("upcoming", _("Starting")),
    ("running", _("Live")),
    ("ended", _("Ended")),
)


@admin.register(Activity)
class ActivityAdmin(VersionedAdmin):
    list_display = ("star", "title_and_code", "kind_name", "state", "window", "shop", "owner")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("layer", ChoicesDropdownFilter),
        ("starts_at", RangeDateTimeFilter),
    )
    search_fields = ("code", "name")
    search_help_text = _("Name, code or SKU")
    ordering = ("-id",)
    tabs = TABS

    form_class = ActivityForm
    doings = DOINGS
    add_title = _("New activity")
    empty_hint = _(
        "First make one: what, when and on which goods. Another person approves it, then it prices."
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Activity], search_term: str
    ) -> tuple[QuerySet[Activity], bool]:
        """A term that is a SKU finds the activities that name it, besides those with it in their name."""
        found, duplicates = super().get_search_results(request, queryset, search_term)
        sku = search_term.strip()
        if sku and Sku.objects.filter(pk=sku).exists():
            names_it = Q(current__content__scope__skus__contains=[sku]) | Q(
                current__content__params__prices__has_key=sku
            )
            found = found | queryset.filter(names_it)
        return found, duplicates

    def get_queryset(self, request: HttpRequest) -> QuerySet[Activity]:
        """With the name of the shop, which stands on the page and not in the table."""
        shop = Shop.objects.filter(code=OuterRef("shop_code")).values("name")
        return super().get_queryset(request).annotate(shop_name=Subquery(shop))

    def tab_queryset(self, request: HttpRequest, queryset: Any, name: str) -> Any:
        if not name or name not in dict(TABS):
            return queryset
        return queryset.filter(pk__in=tab(name, signed_in(request)).values("pk"))

    def new_content(self, request: HttpRequest) -> dict[str, Any]:
        kind = request.GET.get("kind")
        begun = begun_content(request.user, request.GET.get("pattern", ""))
        if begun:
            return {**begun, "code": new_code("activity")}
        return {
            "code": new_code("activity"),
            "kind": kind if kind in ACTIVITY_KINDS else "threshold",
            "scope": {"mode": "all"},
            "event": request.GET.get("event") or None,
            **_own_shop(request),
        }

    def exposure_of(self, content: dict[str, Any]) -> Said:
        return said_exposure(content, self.currency())

    def completed(self, request: HttpRequest, raw: dict[str, Any]) -> dict[str, Any]:
        """A draft that opens the SKU table begins with the goods chosen, at the prices they have."""
        return with_goods_chosen(raw) if TO_TABLE in request.POST else raw

    def exits(self) -> dict[str, Callable[[Any], str]]:
        return {**super().exits(), TO_TABLE: lambda thing: grid_url(self, thing)}

    def get_urls(self) -> list[URLPattern]:
        keep = path(
            "<path:object_id>/pattern/",
            self.admin_site.admin_view(lambda request, object_id: keep_view(self, request, object_id)),
            name="activities_activity_pattern",
        )
        return [keep, *grid_urls(self), *super().get_urls()]

    def ways_of(self, thing: Any) -> list[Way]:
        table = grid_url(self, thing)
        return [*([Way(_("SKU table"), table, "table")] if table else []), *super().ways_of(thing)]

    def conclusions_for(self, situation: Situation | None, *, copies: bool = False) -> list[Any]:
        return conclusions_before(situation.thing, itself=copies) if situation else []

    def page_context(self, request: HttpRequest, situation: Situation | None) -> dict[str, Any]:
        context = super().page_context(request, situation)
        if situation is None:
            context["patterns"] = patterns_for(request.user)
        else:
            if request.user.has_perm("activities.add_pattern") and may_write(request.user, situation.thing):
                context["pattern_url"] = self.url_of(situation.thing, "pattern")
            context["grid_url"] = grid_url(self, situation.thing)
            if situation.thing.current_id is not None:
                context["live_url"] = reverse("admin:orders_live", args=[situation.thing.code])
            context["simulator_url"] = self.simulator_url(situation.thing)
            if situation.thing.current_id and request.user.has_perm("orders.export_hit_orders"):
                context["export_url"] = reverse("admin:orders_voiding_export", args=[situation.thing.code])
        return context

    @display(description=_("activity"), ordering="name", header=True)
    def title_and_code(self, activity: Activity) -> tuple[str, str]:
        return activity.name, activity.code

    @admin.display(description=_("kind"), ordering="kind")
    def kind_name(self, activity: Activity) -> str:
        return KINDS[activity.kind].label(get_language() or "")

    @admin.display(description=_("shop"), ordering="shop_code")
    def shop(self, activity: Activity) -> str:
        return getattr(activity, "shop_name", None) or activity.shop_code or "-"

    @display(description=_("state"), ordering="status", label=STATE_LOOKS)
    def state(self, activity: Activity) -> tuple[str, str]:
        if activity.revocation_pending:
            return activity.status, _("%(state)s, revocation asked for") % {
                "state": activity.get_status_display()
            }
        reason = activity.get_end_reason_display() if activity.end_reason else None
        return activity.status, reason or activity.get_status_display()

    @admin.display(description=_("time"), ordering="starts_at")
    def window(self, activity: Activity) -> SafeString:
        return time_span(activity.starts_at, activity.ends_at)


def _own_shop(request: HttpRequest) -> dict[str, Any]:
    """People of single shops begin with the first of theirs."""
    shops = shops_of(request.user)
    return {"layer": Layer.SHOP.value, "shop": min(shops)} if shops else {}
