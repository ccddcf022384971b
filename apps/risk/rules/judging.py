"""What all rules together say about a case: the strictest answer of those that hit, with every reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from apps.risk.lifecycle import Answer, Outcome
from apps.risk.rules.base import Case, Question
from apps.risk.rules.document import Rule

OUTCOMES = {Answer.WATCH: Outcome.ALLOW, Answer.REVIEW: Outcome.REVIEW, Answer.DENY: Outcome.DENY}
STRICTNESS = (Outcome.ALLOW, Outcome.REVIEW, Outcome.DENY)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reasons`: one for each rule that hit: rule, version, kind, answer, text and numbers."""

    outcome: Outcome
    reasons: tuple[Mapping[str, Any], ...] = ()

    @property
    def allowed(self) -> bool:
        return self.outcome is Outcome.ALLOW


ALLOWED = Verdict(Outcome.ALLOW)


def questions_of(rules: Iterable[Rule], case: Case) -> dict[str, Question]:
    """What must be known of the past, by the rule that asks."""
    asked = ((rule.code, rule.kind.question(case)) for rule in rules)
    return {code: question for code, question in asked if question is not None}


def judge(rules: Iterable[Rule], case: Case, found: Mapping[str, int]) -> Verdict:
    """`found` answers `questions_of`; a rule without an answer judges by the case alone."""
    outcome, reasons = Outcome.ALLOW, []
    for rule in rules:
        hit = rule.kind.hit(case, found.get(rule.code))
        if hit is None:
            continue
        reasons.append(
            {
                "rule": rule.code,
                "version": rule.version,
                "kind": rule.kind.code,
                "answer": rule.answer.value,
                "text": rule.text or rule.name,
                "numbers": dict(hit.numbers),
            }
        )
        outcome = max(outcome, OUTCOMES[rule.answer], key=STRICTNESS.index)
    return Verdict(outcome, tuple(reasons))
