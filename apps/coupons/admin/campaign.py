"""Claim campaigns: list with tabs, editor, buttons."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import display

from apps.core.clock import DatabaseNow
from apps.coupons.admin import centre, panels
from apps.coupons.admin.doings import CAMPAIGN_DOINGS
from apps.coupons.admin.exposure import Exposure, of_campaign
from apps.coupons.admin.push_run import push_notes
from apps.coupons.forms import CampaignForm
from apps.coupons.models import ClaimCampaign
from apps.offers.admin.codes import new_code
from apps.offers.admin.situation import Situation
from apps.offers.admin.versioned import VersionedAdmin
from apps.offers.admin.words import time_span
from apps.offers.lifecycle import RUNNING, State, VersionState


@admin.register(ClaimCampaign)
class ClaimCampaignAdmin(VersionedAdmin):
    list_display = ("star", "title_and_code", "mode", "state", "window", "quantity", "owner")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("mode", ChoicesDropdownFilter),
        ("starts_at", RangeDateTimeFilter),
    )
    search_fields = ("code", "name")
    search_help_text = _("Name or code")
    ordering = ("-id",)
    tabs = (
        ("", _("All")),
        ("mine", _("Mine")),
        ("in_review", _("In review")),
        ("upcoming", _("Starting")),
        ("running", _("Live")),
        ("ended", _("Ended")),
    )

    form_class = CampaignForm
    doings = CAMPAIGN_DOINGS
    add_title = _("New claim campaign")
    empty_hint = _("First have a coupon template approved, then say here how customers get it.")

    def tab_queryset(self, request: HttpRequest, queryset: Any, name: str) -> Any:
        now, running = DatabaseNow(), Q(status__in=list(RUNNING))
        tabs = {
            "mine": Q(owner=request.user.pk),
            "in_review": Q(versions__state=VersionState.IN_REVIEW),
            "upcoming": running & Q(starts_at__gt=now),
            "running": running & Q(starts_at__lte=now, ends_at__gt=now),
            "ended": Q(status=State.ENDED) | running & Q(ends_at__lte=now),
        }
        return queryset.filter(tabs[name]) if name in tabs else queryset

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, "coupons_claimcampaign_centre"
        return [
            path("centre/", view(self.centre_view), name=name),
            path("centre/cards/", view(centre.cards_view), name=f"{name}_cards"),
            path("centre/claim/", view(centre.claim_view), name=f"{name}_claim"),
            *super().get_urls(),
        ]

    def centre_view(self, request: HttpRequest) -> HttpResponse:
        return centre.centre_view(self.admin_site, request)

    def page_context(self, request: HttpRequest, situation: Situation | None) -> dict[str, Any]:
        notes = push_notes(situation.thing) if situation else []
        panel = panels.of_campaign(situation.thing) if situation else None
        return {**super().page_context(request, situation), "notes": notes, "panel": panel}

    def exposure_of(self, content: dict[str, Any]) -> Exposure:
        return of_campaign(content)

    def new_content(self, request: HttpRequest) -> dict[str, Any]:
        return {"code": new_code("campaign"), "per_customer": 1}

    @display(description=_("claim campaign"), ordering="name", header=True)
    def title_and_code(self, campaign: ClaimCampaign) -> tuple[str, str]:
        return campaign.name, campaign.code

    @admin.display(description=_("time"), ordering="starts_at")
    def window(self, campaign: ClaimCampaign) -> SafeString:
        return time_span(campaign.starts_at, campaign.ends_at)
