"""Reports begun: by a submission, by hand, and anew when the offers that they were computed with have changed."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.approvals.lifecycle import RequestState
from apps.approvals.models import ApprovalRequest
from apps.core import jobs
from apps.core.audit import record, subject_of
from apps.core.errors import DomainError
from apps.core.jobs.states import OPEN
from apps.core.permissions import require_permission
from apps.impact.models.reports import ImpactReport
from apps.impact.reports.reading import is_stale, newest
from apps.impact.reports.subjects import MODELS, document_of

KIND = "impact.report"
COMPUTE = "impact.compute_impactreport"
#: reports begun in one look at those that are stale
MOST_AT_ONCE = 20


def on_opened(request: ApprovalRequest) -> None:
    """In the transaction of the submission: the report begins when it commits."""
    if settings.IMPACT_REPORTS and document_of(request):
        begin(request, request.submitter)


@transaction.atomic
def compute_anew(*, request: ApprovalRequest, actor: User) -> ImpactReport:
    """On demand, while the request waits."""
    require_permission(actor, COMPUTE)
    locked = ApprovalRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if not locked.is_pending or not document_of(locked):
        raise DomainError("no_report", _("Only what waits for approval and prices something has a report."))
    if _under_way(locked):
        raise DomainError("report_pending", _("The report is being computed already."))
    report = begin(locked, actor)
    record(action="impact.compute", subject=locked, actor=actor, after={"report": report.pk})
    return report


@transaction.atomic
def recompute_stale() -> int:
    """Begin anew what was computed with an older offer book; how many."""
    if not settings.IMPACT_REPORTS:
        return 0
    running = ImpactReport.objects.filter(request=OuterRef("pk"), job__state__in=list(OPEN))
    waiting = ApprovalRequest.objects.filter(
        ~Exists(running),
        state=RequestState.PENDING,
        action__in=[f"{document}.publish" for document in MODELS],
    )
    begun = 0
    for request in waiting.select_for_update(of=("self",), skip_locked=True).order_by("pk"):
        report = newest(request)
        if begun < MOST_AT_ONCE and (report is None or is_stale(report)):
            begin(request, None)
            begun += 1
    return begun


def begin(request: ApprovalRequest, actor: User | None) -> ImpactReport:
    about = subject_of(request)
    job = jobs.start(kind=KIND, params={"request": request.pk}, actor=actor, subject=about)
    return ImpactReport.objects.create(request=request, content_hash=request.content_hash, job=job)


def _under_way(request: ApprovalRequest) -> bool:
    return ImpactReport.objects.filter(request=request, job__state__in=list(OPEN)).exists()
