"""One report on the screen, the same on paper, and the form of its conclusions."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.sites import AdminSite
from django.contrib.admin.utils import quote
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from apps.accounts.scope import may_write
from apps.activities.events.members import ACTIVITY, CAMPAIGN, TEMPLATE
from apps.core.errors import DomainError
from apps.core.forms.money import MoneyField
from apps.core.jobs.models import Job
from apps.offers.placements import placement_choices
from apps.orders.simulator.waterfall import names_of
from apps.reporting.exports.job import KIND
from apps.reporting.models.review import DOCUMENTS
from apps.reporting.pages.asking import Days, days_about, period_in, reader_of, subject_of
from apps.reporting.reports.charts import bars_of, funnel_of
from apps.reporting.reports.goals import progress_of
from apps.reporting.reports.numbers import top_goods
from apps.reporting.reports.parties import brand_names
from apps.reporting.reports.report import Report
from apps.reporting.reports.subjects import EVENT, PLACEMENT, SHOP
from apps.reporting.reports.telling import about_baseline, about_lift
from apps.reporting.services import conclude
from apps.reporting.services.concluding import LONGEST, PERMISSION


class ReviewForm(forms.Form):
    """What people add to the numbers."""

    conclusions = forms.CharField(
        label=_("Conclusions"),
        max_length=LONGEST,
        required=False,
        widget=UnfoldAdminTextareaWidget({"rows": 5}),
        help_text=_("Shown on top when somebody copies it."),
    )
    placement_cost_amount = MoneyField(
        label=_("Cost of placements"),
        required=False,
        help_text=_("Left empty, what the placements cost by their prices a day counts."),
    )


def context_of(site: AdminSite, request: HttpRequest, document: str, code: str) -> dict[str, Any]:
    """All parts of a report; each costs the same whatever was sold."""
    user = reader_of(request)
    subject = subject_of(user, document, code)
    if document == PLACEMENT:
        raise Http404
    report = Report(subject, period_in(request, subject))
    may_conclude = document in DOCUMENTS and user.has_perm(PERMISSION) and may_write(user, subject.thing)
    review = report.review
    days = days_about(request, subject)
    every = reverse("admin:report_orders", args=[document, code]) + "?"
    goods = reverse("admin:report_goods", args=[document, code]) + "?"
    coupons = reverse("admin:report_coupons", args=[document, code]) + "?"
    return {
        **site.each_context(request),
        "title": subject.name,
        "subject": subject,
        "report": report,
        "n": report.numbers,
        "currency": report.currency,
        "chart": bars_of(report.days),
        "funnel": _funnel(report),
        "goals": progress_of(report),
        "baseline_words": about_baseline(report.baseline) if report.baseline else "",
        "lift_words": about_lift(report.lift) if report.lift else "",
        "goods": top_goods(subject.offers) if subject.offers else [],
        "placement_names": dict(placement_choices([one.placement for one in report.placements])),
        "sells": document != CAMPAIGN,
        "has_coupons": document in (TEMPLATE, CAMPAIGN, EVENT),
        "brands": brand_names(party for party, _borne, _back in report.bearers),
        "is_event": document == EVENT,
        "offer_names": names_of(code for code, _sums in report.offers) if document == EVENT else {},
        "is_shop": document == SHOP,
        "may_conclude": may_conclude,
        "may_export": user.has_perm("reporting.export_report"),
        "form": ReviewForm(
            initial={
                "conclusions": review.conclusions if review else "",
                "placement_cost_amount": review.placement_cost_amount if review else None,
            }
        ),
        "jobs": Job.objects.filter(
            kind=KIND, actor=user, params__code=code, params__document=document
        ).order_by("-pk")[:1],
        # what is summed over days leads to the orders of these days, the rest to all
        "orders_url": f"{every}{days.query}&" if days else every,
        "every_url": every,
        "goods_url": f"{goods}{days.query}&" if days else goods,
        "every_goods_url": goods,
        "coupons_url": f"{coupons}{days.query}&" if days else coupons,
        # the orders of a shop may hold other shops' goods: what a shop sold is behind its goods
        "money_url": (f"{goods}{days.query}&" if days else goods) if document == SHOP else None,
        "days": days,
        "placement_days": days or _window(report),
        "thing_url": reverse(subject.page, args=[quote(subject.thing.pk)]),
    }


def _window(report: Report) -> Days | None:
    """The days from the start of a thing to its end, or to today."""
    zone, subject = ZoneInfo(settings.TIME_ZONE), report.subject
    if subject.starts_at is None or subject.ends_at is None:
        return None
    first = subject.starts_at.astimezone(zone).date()
    return Days(first, max(first, min(subject.ends_at.astimezone(zone).date(), report.today)))


def _funnel(report: Report) -> list[Any]:
    """People where they are known, from seeing to buying. A campaign's and a template's go by coupons."""
    shown, clicked = report.reached
    stages: list[tuple[str, object, int]] = []
    if report.placements:
        stages += [("exposed", _("Shown to customers"), shown), ("clicked", _("Clicked"), clicked)]
    if report.subject.document in (TEMPLATE, CAMPAIGN, EVENT) and report.coupons.issued:
        stages += [
            ("claimed", _("Coupons claimed"), report.coupons.issued),
            ("used", _("Coupons used"), report.coupons.kept_used),
        ]
    if report.subject.document in (ACTIVITY, EVENT):
        stages.append(("bought", _("Customers who bought"), report.people.customers))
    return funnel_of(stages)


def report_view(site: AdminSite, request: HttpRequest, document: str, code: str) -> HttpResponse:
    return TemplateResponse(request, "admin/reporting/report.html", context_of(site, request, document, code))


def print_view(site: AdminSite, request: HttpRequest, document: str, code: str) -> HttpResponse:
    """复盘: nothing but the review, as it goes on paper."""
    return TemplateResponse(request, "admin/reporting/print.html", context_of(site, request, document, code))


def review_view(site: AdminSite, request: HttpRequest, document: str, code: str) -> HttpResponse:
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    user = reader_of(request)
    subject = subject_of(user, document, code)
    back = HttpResponseRedirect(reverse("admin:report", args=[document, code]) + "#pr-review")
    form = ReviewForm(request.POST)
    if not form.is_valid():
        context = {**context_of(site, request, document, code), "form": form}
        return TemplateResponse(request, "admin/reporting/report.html", context)
    try:
        conclude(
            subject=subject,
            conclusions=form.cleaned_data["conclusions"],
            placement_cost_amount=form.cleaned_data["placement_cost_amount"],
            actor=user,
        )
    except DomainError as error:
        messages.error(request, error.message)
        return back
    messages.success(request, _("The review was saved."))
    return back
