"""What a refusal leaves behind, written after everything else was undone: the decision, and the review it waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from apps.approvals.models import Notice
from apps.approvals.notices import notify, people_with
from apps.risk.lifecycle import CaseState, Outcome
from apps.risk.models import ReviewCase
from apps.risk.record import decision_values

if TYPE_CHECKING:
    from apps.risk.services.assessing import Assessment

WAITING = "risk.waiting"
REVIEWERS = "risk.review_reviewcase"
# A release that is over, or was for less than what is asked now, gives way to a new case.
LAPSE = """
UPDATE risk_reviewcase SET state = 'lapsed' WHERE id = %s AND state = 'released'
"""
OPEN = """
INSERT INTO risk_reviewcase (trigger, subject, customer_code, agent_id, state, attempts, reasons, facts,
    decision_reason)
VALUES (%(trigger)s, %(about)s, %(customer)s, %(agent)s, 'open', 1, %(reasons)s::jsonb, %(facts)s::jsonb, '')
ON CONFLICT (trigger, subject, customer_code) WHERE state IN ('open', 'released', 'refused')
DO UPDATE SET attempts = risk_reviewcase.attempts + 1
RETURNING id, xmax = 0
"""
DECIDE = """
INSERT INTO risk_decision
    (at, trigger, subject, scope, customer_code, outcome, reasons, facts, marks, rules_version, agent_id, case_id)
VALUES (%(at)s, %(trigger)s, %(about)s, %(scope)s, %(customer)s, %(outcome)s, %(reasons)s::jsonb, %(facts)s::jsonb,
    %(marks)s::jsonb, %(version)s, %(agent)s, %(case)s)
"""


def keep(assessed: Assessment) -> None:
    """Keep a decision to review or deny; a review opens a case, or counts one more attempt of the one that waits."""
    values = decision_values(assessed)
    known = assessed.known
    refused_before = known is not None and known.case_state == CaseState.REFUSED
    opened = False
    case: int | None = None
    with connection.cursor() as cursor:
        if assessed.verdict.outcome is Outcome.REVIEW or refused_before:
            if known is not None and known.case_state == CaseState.RELEASED:
                cursor.execute(LAPSE, [known.case_id])
            cursor.execute(OPEN, values)
            case, opened = cursor.fetchone()
        cursor.execute(DECIDE, {**values, "case": case})
    if opened and case is not None:
        _tell_reviewers(ReviewCase.objects.get(pk=case))


def _tell_reviewers(case: ReviewCase) -> None:
    """One line each; who has not read the last one knows already that something waits."""
    told = Notice.objects.filter(code=WAITING, read_at=None).values("user_id")
    reviewers = set(people_with(REVIEWERS)) - {row["user_id"] for row in told}
    notify(
        users=sorted(reviewers),
        code=WAITING,
        params={"title": " ".join(filter(None, (case.subject, case.customer_code)))},
        subject_type=ReviewCase._meta.label_lower,
        subject_code=case.customer_code or case.subject,
    )
