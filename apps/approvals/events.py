"""What other systems hear of requests."""

from enum import StrEnum

from apps.approvals.models import ApprovalRequest
from apps.core.outbox import publish


class Told(StrEnum):
    ASKED = "approval.asked"
    HANDED_OVER = "approval.handed_over"
    OVERDUE = "approval.overdue"
    APPROVED = "approval.approved"
    REJECTED = "approval.rejected"
    WITHDRAWN = "approval.withdrawn"
    SUPERSEDED = "approval.superseded"


def tell(request: ApprovalRequest, topic: Told, **more: str) -> None:
    """An event about a request, in the transaction of its change; its subject is the request's number."""
    payload = {
        "action": request.action,
        "subject_type": request.subject_type,
        "subject_code": request.subject_code,
        "content_hash": request.content_hash,
        "due_at": request.due_at.isoformat() if request.due_at else None,
        "batch": request.batch,
    }
    publish(topic=topic, subjects=[str(request.pk)], payload={**payload, **more})
