"""Batches of codes in the states that tests need, by the same people as everywhere."""

from typing import Any

from apps.approvals import services as approvals
from apps.approvals.models import ApprovalRequest
from apps.core.models import AuditEntry
from apps.coupons.models import Code, CodeBatch, CouponTemplate
from apps.coupons.services.codes import exporting
from apps.coupons.services.codes.drafting import Wish, draft_batch, submit_batch
from apps.coupons.services.codes.generating import make_due
from tests.coupons.test_configuration import goods, publish, template_document


def template(ann: Any, cleo: Any, code: str = "full100-10", **changes: Any) -> CouponTemplate:
    goods()
    return publish(CouponTemplate, template_document(code, **changes), ann, cleo)


def wish(**changes: Any) -> Wish:
    return Wish(**{"name": "私域券码", "template": "full100-10", "quantity": 5, **changes})


def drafted(by: Any, code: str = "b-1", **changes: Any) -> CodeBatch:
    return draft_batch(code=code, wish=wish(**changes), actor=by)


def submitted(by: Any, code: str = "b-1", **changes: Any) -> tuple[CodeBatch, ApprovalRequest]:
    batch = drafted(by, code, **changes)
    request = submit_batch(batch=batch, actor=by)
    batch.refresh_from_db()
    return batch, request


def approve(request: ApprovalRequest, by: Any) -> None:
    approvals.approve(request=request, actor=by, seen_hash=request.content_hash)


def generating(by: Any, approver: Any, code: str = "b-1", **changes: Any) -> CodeBatch:
    batch, request = submitted(by, code, **changes)
    approve(request, approver)
    batch.refresh_from_db()
    return batch


def opened(by: Any, approver: Any, code: str = "b-1", **changes: Any) -> CodeBatch:
    batch = generating(by, approver, code, **changes)
    make_due()
    batch.refresh_from_db()
    return batch


def allowed(batch: CodeBatch, by: Any, approver: Any) -> ApprovalRequest:
    request = exporting.request_export(batch=batch, actor=by, reason="发给渠道")
    approve(request, approver)
    return request


def taken(batch: CodeBatch, by: Any, approver: Any) -> list[str]:
    """The codes of an open batch, as its export gives them."""
    allowed(batch, by, approver)
    return [row[0] for row in exporting.take_export(batch=batch, actor=by).rows()]


def codes_of(ann: Any, cleo: Any, **changes: Any) -> list[str]:
    """A template, and the codes of a new batch of it."""
    template(ann, cleo)
    return taken(opened(ann, cleo, **changes), ann, cleo)


def log_of(batch: CodeBatch) -> list[tuple[str, str]]:
    entries = AuditEntry.objects.filter(subject_type="coupons.codebatch", subject_code=batch.code)
    return list(entries.order_by("id").values_list("action", "actor"))


def picture(batch: CodeBatch) -> dict[str, Any]:
    """All that a refused step must leave alone."""
    return {
        "batch": CodeBatch.objects.filter(pk=batch.pk).values().get(),
        "codes": list(Code.objects.filter(batch=batch).order_by("id").values("coupon_id", "revoked")),
        "requests": list(ApprovalRequest.objects.order_by("id").values("action", "state")),
        "log": len(log_of(batch)),
    }
