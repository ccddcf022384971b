"""Which report counts for a request: the newest that is done; and whether what changed since could tell otherwise."""

from __future__ import annotations

from datetime import datetime

from apps.approvals.models import ApprovalRequest
from apps.impact.models.reports import ImpactReport
from apps.offers.selectors import book_version
from apps.orders.book import KEEPER
from apps.orders.book_rows import changed_codes
from apps.pricing.usage import UNUSED


def newest(request: ApprovalRequest) -> ImpactReport | None:
    """Done, and for exactly the content that is asked for."""
    return ImpactReport.objects.filter(
        request=request, content_hash=request.content_hash, done_at__isnull=False
    ).first()


def under_way(request: ApprovalRequest) -> ImpactReport | None:
    """The newest that is not done, whatever became of its task."""
    last = ImpactReport.objects.filter(request=request).select_related("job").first()
    return last if last is not None and last.done_at is None else None


def is_stale(report: ImpactReport) -> bool:
    """Whether an offer came or changed since that runs while the document does; one that went makes nothing cheaper."""
    version = book_version()
    if version == report.book_version:
        return False
    starts, ends = (datetime.fromisoformat(text) for text in report.found["window"])
    book = KEEPER.at_least(version)
    _version, codes = changed_codes(report.book_version)
    for code in codes - {report.request.subject_code}:
        offer = book.offers.offers.get(code)
        if offer is None or book.usages.get(code, UNUSED).blocked:
            continue
        if (offer.starts_at is None or offer.starts_at < ends) and (
            offer.ends_at is None or offer.ends_at > starts
        ):
            return True
    return False
