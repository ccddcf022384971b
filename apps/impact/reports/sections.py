"""What a report says besides the search: each section by its name."""

from __future__ import annotations

from typing import Any

from apps.activities.admin.exposure import said_exposure
from apps.approvals.models import ApprovalRequest
from apps.catalog.selectors import portal
from apps.coupons.admin.exposure import of_template
from apps.impact.reports.conflicts import conflicts
from apps.impact.reports.forecast import forecast
from apps.impact.reports.raised import raised
from apps.impact.reports.scene import Scene
from apps.impact.reports.subjects import content_of, document_of


def sections(request: ApprovalRequest, scene: Scene) -> dict[str, Any]:
    most = most_it_costs(request)
    return {
        "exposure": most,
        "conflicts": conflicts(scene),
        "raised": raised(scene),
        "forecast": forecast(scene, most),
    }


def most_it_costs(request: ApprovalRequest) -> int | None:
    """In minor units; None where nothing bounds it."""
    content = content_of(request)
    if document_of(request) == "template":
        return of_template(content).amount
    return said_exposure(content, portal().currency).amount
