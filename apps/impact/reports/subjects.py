"""Which requests have a report: those after which an offer prices that did not, or otherwise."""

from __future__ import annotations

from typing import Any

from apps.activities.models import Activity
from apps.approvals.models import ApprovalRequest
from apps.coupons.models import CouponTemplate
from apps.offers.versions.models import Versioned

MODELS: dict[str, type[Versioned]] = {"activity": Activity, "template": CouponTemplate}


def document_of(request: ApprovalRequest) -> str:
    """`activity` or `template`; "" for a request that has no report."""
    document, _dot, verb = request.action.partition(".")
    return document if verb == "publish" and document in MODELS else ""


def content_of(request: ApprovalRequest) -> dict[str, Any]:
    versions: Any = MODELS[document_of(request)].VERSION._default_manager
    content: dict[str, Any] = versions.get(subject__code=request.subject_code, number=request.version).content
    return content
