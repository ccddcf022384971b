"""A rule tried on what has been decided: how many of the last decisions it would have hit, by the past as it was."""

from __future__ import annotations

from dataclasses import dataclass

from apps.risk.lifecycle import Mark, Trigger
from apps.risk.models import Decision
from apps.risk.questions import ask_then
from apps.risk.rules import Case, Rule

LAST = 1_000
EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Tried:
    """`hits` of the last `looked` decisions on one trigger; the newest of them as examples."""

    trigger: Trigger
    looked: int
    hits: int
    examples: tuple[Decision, ...]


def backtest(rule: Rule, last: int = LAST) -> list[Tried]:
    """For each trigger of the rule. Decisions are kept only while some rule runs on the trigger."""
    return [_tried(rule, trigger, last) for trigger in rule.triggers]


def _tried(rule: Rule, trigger: Trigger, last: int) -> Tried:
    decisions = list(Decision.objects.filter(trigger=trigger).order_by("-id")[:last])
    cases = [case_of(decision) for decision in decisions]
    questions = [rule.kind.question(case) for case in cases]
    asked = [
        (question, decision.at)
        for question, decision in zip(questions, decisions, strict=True)
        if question is not None
    ]
    numbers = iter(ask_then(asked)) if asked else iter(())
    found = [None if question is None else next(numbers) for question in questions]
    hit = [
        decision
        for decision, case, number in zip(decisions, cases, found, strict=True)
        if rule.kind.hit(case, number) is not None
    ]
    return Tried(trigger, len(decisions), len(hit), tuple(hit[:EXAMPLES]))


def case_of(decision: Decision) -> Case:
    """What was assessed, as it was kept."""
    marks = {Mark(name): subject for name, subject in decision.marks.items()}
    return Case(Trigger(decision.trigger), marks, decision.scope, decision.facts)
