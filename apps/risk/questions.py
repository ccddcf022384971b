"""What rules ask of the past, answered by one call of a function of the database.

Inside, the function first takes the locks of what must be exact and only then looks: each of its statements sees what
was committed while it waited. So of many requests at once with one mark, each sees those that passed before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.conf import settings

from apps.core.clock import now_sql
from apps.core.locks import lock_number
from apps.core.prepared import fetch_prepared, prepared_cursor
from apps.risk.rules import Question

ANSWERS = """
SELECT moment, numbers, case_id, case_state, case_passes, case_facts::text
FROM risk_answers(%(locks)s::bigint[], %(asked)s::jsonb, %(zone)s, {now}, %(trigger)s, %(subject)s, %(customer)s)
"""


@dataclass(frozen=True, slots=True)
class Known:
    """What the past says: the clock after the locks, numbers by rule, and the review that this case already has."""

    now: datetime
    found: Mapping[str, int]
    case_id: int | None = None
    case_state: str = ""
    case_passes: bool = False
    case_facts: Mapping[str, Any] | None = None


def ask(questions: Mapping[str, Question], *, trigger: str, subject: str, customer: str) -> Known:
    """Answer the questions of the rules about one case; its review is looked for, too."""
    _clock, frozen_at = now_sql()
    names: dict[str, Any] = {
        "locks": locks_of(questions.values()),
        "asked": _json(questions.values()),
        "zone": settings.TIME_ZONE,
        "trigger": trigger,
        "subject": subject,
        "customer": customer,
    }
    # Left to the function the clock is read after the locks.
    if frozen_at:
        names["now"] = frozen_at[0]
    statement = ANSWERS.format(now="%(now)s::timestamptz" if frozen_at else "NULL")
    moment, found, case_id, state, passes, facts = fetch_prepared(statement, names)
    return Known(
        now=moment,
        found=dict(zip(questions, found, strict=True)),
        case_id=case_id,
        case_state=state or "",
        case_passes=bool(passes),
        case_facts=orjson.loads(facts) if facts else None,
    )


def ask_then(questions: Iterable[tuple[Question, datetime]]) -> list[int]:
    """The answers as they were at past instants, without locks."""
    asked = list(questions)
    names = {
        "locks": [],
        "asked": _json((one for one, _at in asked), [at for _one, at in asked]),
        "zone": settings.TIME_ZONE,
        "trigger": "",
        "subject": "",
        "customer": "",
    }
    return list(fetch_prepared(ANSWERS.format(now="NULL"), names)[1])


def locks_of(questions: Iterable[Question]) -> list[int]:
    """One lock for each mark that must be counted exactly, in the one order in which everybody takes them."""
    return sorted(
        {
            lock_number("risk", str(question.trigger), subject)
            for question in questions
            if question.exact
            for subject in question.subjects
        }
    )


def take_locks(numbers: list[int]) -> None:
    """Until the transaction ends; who has them already does not wait."""
    if numbers:
        with prepared_cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(n) FROM unnest(%s::bigint[]) AS n", [numbers])


def _json(questions: Iterable[Question], moments: list[datetime] | None = None) -> str:
    rows = [
        {
            "n": n,
            "ask": question.ask.value,
            "subjects": list(question.subjects),
            "of": question.trigger.value if question.trigger else "",
            "scope": question.scope,
            "seconds": question.seconds,
            "today": question.today,
            "enough": question.enough,
            "at": moments[n] if moments else None,
        }
        for n, question in enumerate(questions)
    ]
    return orjson.dumps(rows).decode()
