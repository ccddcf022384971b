"""Writes what passed: the event that rules count, and the decision, in one statement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from apps.core.clock import now_sql
from apps.core.prepared import prepared_cursor
from apps.risk.lifecycle import Trigger
from apps.risk.questions import Known
from apps.risk.rules.refunds import points_of

if TYPE_CHECKING:
    from apps.risk.services.assessing import Assessment

NOTE = """
WITH decided AS (
    INSERT INTO risk_decision
        (at, trigger, subject, scope, customer_code, outcome, reasons, facts, marks, rules_version, agent_id, case_id)
    SELECT {at}, %(trigger)s, %(about)s, %(scope)s, %(customer)s, %(outcome)s, %(reasons)s::jsonb, %(facts)s::jsonb,
        %(marks)s::jsonb, %(version)s, %(agent)s, %(case)s::bigint
    WHERE %(decided)s
)
INSERT INTO risk_riskevent (at, trigger, mark, subject, scope, amount, points, returned_coupon, broke_tier)
SELECT {at}, %(trigger)s, m.mark, m.subject, %(scope)s, %(amount)s, %(points)s, %(returned)s, %(broke)s
FROM unnest(%(names)s::text[], %(subjects)s::text[]) AS m(mark, subject)
"""
USE_RELEASE = """
UPDATE risk_reviewcase SET state = 'used' WHERE id = %s AND state = 'released' AND passes_until > %s
"""
#: which fact an event carries as its amount
AMOUNT_OF = {
    Trigger.GRANT: "value_amount",
    Trigger.ORDER: "payable_amount",
    Trigger.REFUND: "refund_amount",
}


def note_passed(assessed: Assessment, *, decided: bool, counted: bool) -> None:
    """The decision where rules decided, and one event for each mark where rules count them."""
    case = assessed.case
    names = {
        **decision_values(assessed),
        "decided": decided,
        "case": assessed.known.case_id if assessed.known and assessed.released else None,
        "amount": case.amount(AMOUNT_OF.get(case.trigger, "")) or 0,
        "points": points_of(case) if case.trigger is Trigger.REFUND else 0,
        "returned": case.flag("returned_coupon"),
        "broke": case.flag("broke_tier"),
        "names": [mark.value for mark in case.marks] if counted else [],
        "subjects": list(case.marks.values()) if counted else [],
    }
    if decided or names["names"]:
        with prepared_cursor() as cursor:
            cursor.execute(_at_its_time(NOTE, names), names)


def _at_its_time(statement: str, names: dict[str, Any]) -> str:
    """By the clock after the locks; where nothing was asked the statement reads it."""
    if names["at"] is not None:
        return statement.format(at="%(at)s::timestamptz")
    now, frozen_at = now_sql()
    names["at"] = frozen_at[0] if frozen_at else None
    return statement.format(at=now.replace("%s", "%(at)s"))


def decision_values(assessed: Assessment) -> dict[str, Any]:
    """What a decision says, by the names of the statements that write it."""
    case = assessed.case
    return {
        "at": assessed.known.now if assessed.known else None,
        "trigger": case.trigger.value,
        "about": assessed.subject,
        "scope": case.scope,
        "customer": assessed.customer,
        "outcome": assessed.verdict.outcome.value,
        "reasons": _json(list(assessed.verdict.reasons)),
        "facts": _json(dict(case.facts)),
        "marks": _json({mark.value: subject for mark, subject in case.marks.items()}),
        "version": assessed.rules_version,
        "agent": assessed.agent.pk if assessed.agent else None,
    }


def use_release(known: Known) -> bool:
    """Use up a release; False where another request did, or it is over."""
    with prepared_cursor() as cursor:
        cursor.execute(USE_RELEASE, [known.case_id, known.now])
        return cursor.rowcount == 1


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
