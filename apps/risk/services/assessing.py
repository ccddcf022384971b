"""Asks the rules before something is done: it passes, waits for a review, or is denied.

Without a rule for the trigger nothing is read and nothing is written (a refund is always noted: a score must know the
past when its first rule comes). With one, an assessment is two statements: the questions, and the record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core.errors import Refused
from apps.core.marks import hash_of
from apps.risk.book import KEEPER, RuleBook
from apps.risk.lifecycle import CaseState, Mark, Outcome, Trigger
from apps.risk.questions import Known, ask, locks_of, take_locks
from apps.risk.record import note_passed, use_release
from apps.risk.rules import Case, Verdict, judge, questions_of
from apps.risk.rules.judging import ALLOWED
from apps.risk.services.keeping import keep

DENIED_BY_RISK = "denied_by_risk"


@dataclass(frozen=True, slots=True)
class Assessment:
    """What was asked about whom, what was known, and what came of it."""

    case: Case
    subject: str
    customer: str
    agent: User | None
    verdict: Verdict
    known: Known | None = None
    rules_version: int = 0
    released: bool = False


def assess(
    *,
    trigger: Trigger,
    subject: str,
    customer: str | None,
    marks: Mapping[str, str] | None = None,
    facts: Mapping[str, Any] | None = None,
    agent: User | None = None,
) -> Verdict:
    """What the rules in force say, noted if it passes. Call it inside the transaction of what is to be done.

    `subject` is the campaign, template or order; `marks` are hashes (`core.marks.hashed`); for `facts` see
    `rules.Case`. Whoever goes on although the answer is review or deny breaks the promise of the rules: `admit`
    refuses instead.
    """
    return _assessed(trigger, subject, customer, marks or {}, facts or {}, agent).verdict


def admit(
    *,
    trigger: Trigger,
    subject: str,
    customer: str | None,
    marks: Mapping[str, str] | None = None,
    facts: Mapping[str, Any] | None = None,
    agent: User | None = None,
) -> None:
    """Let it pass, or raise Refused denied_by_risk (403, `review: true` where a person will look at it).

    The decision is kept by what the refusal leaves behind (`Refused.after`), once all else is undone.
    """
    assessed = _assessed(trigger, subject, customer, marks or {}, facts or {}, agent)
    if assessed.verdict.allowed:
        return
    review = assessed.verdict.outcome is Outcome.REVIEW
    raise Refused(
        DENIED_BY_RISK,
        _("This waits for a review by the shop.") if review else _("The shop's risk rules refuse this."),
        status=403,
        members={"review": True} if review else {},
        after=partial(keep, assessed),
    )


def lock_ahead(*, trigger: Trigger, customer: str | None, marks: Mapping[str, str]) -> None:
    """For who must lock other things before it can assess: the marks that rules count exactly, in their order."""
    rules = KEEPER.current().by_trigger.get(trigger, ())
    if rules:
        take_locks(locks_of(questions_of(rules, Case(trigger, _marks(customer, marks, None))).values()))


def _assessed(
    trigger: Trigger,
    subject: str,
    customer: str | None,
    marks: Mapping[str, str],
    facts: Mapping[str, Any],
    agent: User | None,
) -> Assessment:
    book, trigger = KEEPER.current(), Trigger(trigger)
    rules = book.by_trigger.get(trigger, ())
    if not rules and not _is_noted(book, trigger):
        return Assessment(_NO_CASE, subject, customer or "", agent, ALLOWED)
    scope = "" if trigger is Trigger.ORDER else subject
    case = Case(trigger, _marks(customer, marks, agent), scope, dict(facts))
    assessed = Assessment(case, subject, customer or "", agent, ALLOWED, rules_version=book.version)
    if rules:
        known = ask(questions_of(rules, case), trigger=trigger, subject=subject, customer=customer or "")
        verdict = judge(rules, case, known.found)
        assessed = _with_review(replace(assessed, verdict=verdict, known=known))
    if assessed.verdict.allowed:
        note_passed(assessed, decided=bool(rules), counted=_is_noted(book, trigger))
    return assessed


_NO_CASE = Case(Trigger.ORDER, {})


def _is_noted(book: RuleBook, trigger: Trigger) -> bool:
    return trigger is Trigger.REFUND or trigger in book.recorded


def _marks(customer: str | None, marks: Mapping[str, str], agent: User | None) -> dict[Mark, str]:
    found = {Mark(name): value for name, value in marks.items()}
    if customer:
        found[Mark.CUSTOMER] = hash_of(Mark.CUSTOMER, customer)
    if agent is not None:
        found[Mark.AGENT] = hash_of(Mark.AGENT, str(agent.pk))
    return found


def _with_review(assessed: Assessment) -> Assessment:
    """What a person has said before about what is to be reviewed: released it passes once, refused it is denied."""
    known, verdict = assessed.known, assessed.verdict
    assert known is not None
    if verdict.outcome is not Outcome.REVIEW:
        return assessed
    if known.case_state == CaseState.REFUSED:
        return replace(assessed, verdict=Verdict(Outcome.DENY, verdict.reasons))
    if known.case_passes and covers(known.case_facts or {}, assessed.case.facts) and use_release(known):
        return replace(assessed, verdict=Verdict(Outcome.ALLOW, verdict.reasons), released=True)
    return assessed


def covers(released: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """A release is for what the reviewers saw, or less of it: no amount may have grown."""
    return all(
        value <= released.get(name, 0)
        for name, value in wanted.items()
        if name.endswith(("_amount", "quantity")) and isinstance(value, int)
    )
