"""Mass grants and how far they are; they are started and stopped from the page of their campaign."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from apps.core.readonly_admin import ReadOnlyAdmin
from apps.core.tabbed_list import EstimatingPaginator
from apps.coupons.admin.pushing import reach_of_campaign, why
from apps.coupons.lifecycle import PushState
from apps.coupons.models import ClaimCampaign, PushRun

LOOKS = {
    PushState.WAITING.value: "info",
    PushState.RUNNING.value: "primary",
    PushState.STOPPED.value: "warning",
    PushState.DONE.value: "success",
}
REFRESH_SECONDS = 2


@admin.register(PushRun)
class PushRunAdmin(ReadOnlyAdmin):
    list_display = ("title_and_code", "to_whom", "badge", "progress", "started_by", "created_at")
    list_select_related = ("campaign", "started_by")
    list_filter = ("state",)
    search_fields = ("campaign__code", "campaign__name")
    search_help_text = _("Name or code")
    show_full_result_count = False
    paginator = EstimatingPaginator
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[PushRun]:
        return super().get_queryset(request).select_related("campaign", "campaign__current", "started_by")

    @display(description=_("claim campaign"), header=True)
    def title_and_code(self, run: PushRun) -> tuple[str, str]:
        return run.campaign.name, run.campaign.code

    @admin.display(description=_("to"))
    def to_whom(self, run: PushRun) -> Any:
        return _("a test list") if run.test_customers else _("everybody")

    @display(description=_("state"), ordering="state", label=LOOKS)
    def badge(self, run: PushRun) -> tuple[str, str]:
        return run.state, run.get_state_display()

    @admin.display(description=_("granted"))
    def progress(self, run: PushRun) -> SafeString:
        return format_html(
            '{} / {}<div class="pp-meter"><i style="width: {}%"></i></div>',
            f"{run.granted:,}",
            f"{run.people or 0:,}",
            share_of(run),
        )

    def get_urls(self) -> list[URLPattern]:
        live = self.admin_site.admin_view(self.live_view)
        return [path("<int:object_id>/live/", live, name="coupons_pushrun_live"), *super().get_urls()]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        run = self._seen(request, object_id or "")
        if request.method != "GET":
            raise PermissionDenied
        campaign = run.campaign
        context = {
            **self.admin_site.each_context(request),
            **told(run),
            "opts": self.opts,
            "title": campaign.name,
            "reach": "" if run.test_customers else reach_of_campaign(campaign),
            "live_url": reverse("admin:coupons_pushrun_live", args=[run.pk]),
            "seconds": REFRESH_SECONDS,
            "campaign_url": reverse("admin:coupons_claimcampaign_change", args=[campaign.pk]),
        }
        return TemplateResponse(request, "admin/coupons/push_run.html", context)

    def live_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The numbers alone, asked for again and again by the page."""
        run = self._seen(request, str(object_id))
        return TemplateResponse(request, "admin/coupons/push_progress.html", told(run))

    def _seen(self, request: HttpRequest, object_id: str) -> PushRun:
        run = self.get_object(request, object_id)
        if run is None:
            raise Http404
        if not self.has_view_permission(request, run):
            raise PermissionDenied
        return run


def share_of(run: PushRun) -> int:
    """Percent of the people dealt with; the number of people may be an estimate."""
    if run.state == PushState.DONE:
        return 100
    return min(100 * (run.granted + run.skipped) // max(run.people or 0, 1), 99)


def told(run: PushRun) -> dict[str, Any]:
    return {"run": run, "look": LOOKS[run.state], "share": share_of(run), "why": why(run)}


def push_notes(campaign: ClaimCampaign) -> list[dict[str, Any]]:
    """The last run of a campaign, for its page."""
    run = campaign.pushes.order_by("-id").first()
    if run is None:
        return []
    text = _("Mass grant %(state)s: %(granted)s granted, %(skipped)s left out.") % {
        "state": run.get_state_display(),
        "granted": f"{run.granted:,}",
        "skipped": f"{run.skipped:,}",
    }
    url = reverse("admin:coupons_pushrun_change", args=[run.pk])
    return [{"code": "push", "text": text, "url": url, "grave": run.state == PushState.STOPPED}]
