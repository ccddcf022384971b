"""Pages of the watch board: its rows fresh every few seconds, the stop pages, more stock as a draft."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.sites import AdminSite
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.widgets import UnfoldAdminTextareaWidget

from apps.accounts.current import signed_in
from apps.accounts.models import User
from apps.accounts.scope import owned, visible
from apps.activities import services
from apps.activities.models import Activity
from apps.catalog.models import Shop
from apps.core.errors import DomainError
from apps.offers.forms.fault_texts import text_of_fault
from apps.offers.lifecycle import VersionState
from apps.offers.versions.errors import DocumentFaults
from apps.reporting.watch import ladder
from apps.reporting.watch.board import MAY, board_for
from apps.reporting.watch.rungs import LADDER, RUNGS, Rung, Target

LONGEST_REASON = 1_000
REASONS = (_("Wrong price"), _("Stock does not match"), _("Somebody games it"), _("System failure"))


class StopForm(forms.Form):
    """What the rung asks, and why."""

    use_required_attribute = False

    def __init__(self, target: Target, data: Any = None) -> None:
        super().__init__(data=data, label_suffix="")
        self.fields.update(target.fields)
        self.fields["reason"] = forms.CharField(
            label=_("Reason"),
            max_length=LONGEST_REASON,
            widget=UnfoldAdminTextareaWidget({"rows": 2, "autofocus": True}),
        )


def board_context(request: HttpRequest) -> dict[str, Any]:
    """What the rows need, on the home page and alone."""
    return {
        "board": board_for(signed_in(request)),
        "board_url": reverse("admin:watch_board"),
        "board_seconds": settings.WATCH_SECONDS,
        "quiet_minutes": settings.WATCH_QUIET_MINUTES,
    }


def board_view(request: HttpRequest) -> HttpResponse:
    """Only the rows, to be put in place by the page."""
    if not request.user.has_perm(MAY):
        raise PermissionDenied
    answer = TemplateResponse(request, "admin/watch/rows.html", board_context(request))
    answer["Cache-Control"] = "no-store"
    return answer


def rungs_for(request: HttpRequest) -> list[Rung]:
    """The ladder, as far as this person may climb it."""
    return [RUNGS[code] for code in LADDER if request.user.has_perm(RUNGS[code].permission)]


def stop_view(admin_site: AdminSite, request: HttpRequest, code: str) -> HttpResponse:
    """Choose where nothing is named, else tell what it does, and on POST do it."""
    rung = RUNGS.get(code)
    if rung is None:
        raise Http404
    if not request.user.has_perm(rung.permission):
        raise PermissionDenied
    target = rung.read(request)
    page = {**admin_site.each_context(request), "title": rung.label, "rung": rung}
    page["pick_url"] = reverse("admin:activities_activity_pick", args=["SOURCE"])
    if target is None:
        return TemplateResponse(
            request, "admin/watch/choose.html", {**page, "shops": _shops(rung, signed_in(request))}
        )
    form = StopForm(target, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and (done := _run(request, target, form)):
        messages.success(request, done)
        return HttpResponseRedirect(reverse("admin:index"))
    context = {**page, "target": target, "form": form, "back": reverse("admin:index"), "reasons": REASONS}
    return TemplateResponse(request, "admin/watch/stop.html", context)


def _run(request: HttpRequest, target: Target, form: StopForm) -> str:
    """What was done; refusals become errors of the form, and nothing was done."""
    try:
        return target.run(signed_in(request), form.cleaned_data["reason"], form.cleaned_data)
    except DocumentFaults as error:
        for fault in error.faults:
            form.add_error(None, f"{fault.path}: {text_of_fault(fault)}")
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
    return ""


def _shops(rung: Rung, user: User) -> list[dict[str, Any]]:
    """The shops that have something to stop, the one with most first."""
    if rung.code != "shop":
        return []
    counted = (
        owned(user, Activity.objects.filter(status__in=list(ladder.STOPPABLE)))
        .values("shop_code")
        .annotate(n=Count("id"))
        .order_by("-n", "shop_code")[:100]
    )
    rows = list(counted)
    names = dict(Shop.objects.filter(pk__in=[row["shop_code"] for row in rows]).values_list("pk", "name"))
    return [
        {"code": row["shop_code"], "name": names.get(row["shop_code"]) or row["shop_code"], "n": row["n"]}
        for row in rows
    ]


@require_POST
def more_stock_view(request: HttpRequest, code: str) -> HttpResponse:
    """加库存: a draft beside what runs, opened where its stock stands; approval puts it in force."""
    user = signed_in(request)
    if not user.has_perm(MAY):
        raise PermissionDenied
    activity = visible(user, Activity.objects.filter(code=code)).first()
    if activity is None:
        raise Http404
    open_states = [VersionState.DRAFT, VersionState.IN_REVIEW]
    try:
        if not activity.versions.filter(state__in=open_states).exists():
            services.revise(thing=activity, actor=user)
    except DomainError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(reverse("admin:index"))
    return HttpResponseRedirect(reverse("admin:activities_activity_change", args=[activity.pk]))
