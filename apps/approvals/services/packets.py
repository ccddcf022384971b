"""A batch of requests decided as one: bound to the hash of all their contents."""

import hashlib
from collections.abc import Collection, Iterable

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.approvals.lifecycle import RequestState, Verdict
from apps.approvals.models import ApprovalRequest
from apps.approvals.services.deciding import decide
from apps.core.errors import DomainError


def packet_hash(requests: Iterable[ApprovalRequest]) -> str:
    """One hash over what each of `requests` asks for, whatever their order."""
    lines = sorted(f"{r.action} {r.subject_type} {r.subject_code} {r.content_hash}" for r in requests)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def waiting_in(batch: str) -> list[ApprovalRequest]:
    """What of a batch still waits, in the one order in which packets lock their subjects."""
    waiting = ApprovalRequest.objects.filter(batch=batch, state=RequestState.PENDING)
    return list(waiting.order_by("subject_type", "subject_code", "action"))


@transaction.atomic
def decide_packet(
    *,
    batch: str,
    actor: User,
    verdict: Verdict,
    seen_hash: str,
    reason: str = "",
    acknowledged: Collection[str] = (),
) -> list[ApprovalRequest]:
    """Decide all that waits in `batch` or nothing; single items are sent back by deciding them alone first."""
    requests = waiting_in(batch) if batch else []
    if not requests or packet_hash(requests) != seen_hash:
        raise DomainError("stale", _("The packet is not what you saw. Look at it again before you decide."))
    return [
        decide(
            request=request,
            actor=actor,
            verdict=verdict,
            seen_hash=request.content_hash,
            reason=reason,
            acknowledged=acknowledged,
        )
        for request in requests
    ]
