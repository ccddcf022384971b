"""What must always hold about risk rules and reviews; `audit` looks for what does not."""

from collections.abc import Iterator

from django.db.models import Count, Q

from apps.approvals.lifecycle import RequestState
from apps.approvals.models import ApprovalRequest
from apps.core import audit_queries
from apps.risk.lifecycle import CaseState, Outcome
from apps.risk.models import ReviewCase, Rule
from apps.risk.rules import content_hash


def register() -> None:
    audit_queries.register(
        "risk.rules", "what binds is exactly what another person approved", rules_without_approval
    )
    audit_queries.register(
        "risk.releases", "what was released has passed once, and only what was released", releases_gone_wrong
    )


def rules_without_approval() -> Iterator[str]:
    approved = {
        (request.subject_code, request.version, request.content_hash)
        for request in ApprovalRequest.objects.filter(
            action="risk_rule.publish", state=RequestState.APPROVED
        ).only("subject_code", "version", "content_hash")
    }
    for rule in Rule.objects.filter(current__isnull=False).select_related("current"):
        version = rule.current
        assert version is not None
        if (rule.code, version.number, content_hash(version.content)) not in approved:
            yield f"rule {rule.code}: version {version.number} binds, but nobody approved what it says"


def releases_gone_wrong() -> Iterator[str]:
    passed = Count("decisions", filter=Q(decisions__outcome=Outcome.ALLOW))
    for case in ReviewCase.objects.annotate(passed=passed).order_by("id").iterator():
        if case.passed != int(case.state == CaseState.USED):
            yield f"review {case.pk} is {case.state} and passed {case.passed} times"
