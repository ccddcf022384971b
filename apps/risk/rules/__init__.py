"""The kinds of risk rules, one file each. Importing a file registers its kind in `KINDS`; this list is the only
place that names them."""

from apps.risk.rules import (
    agent_value,
    deny_list,
    order_amount,
    refund_score,
    returned_coupons,
    tier_breaking,
    velocity,
)
from apps.risk.rules.base import KINDS, Ask, Case, Hit, Question, RuleKind
from apps.risk.rules.document import Rule, content_hash, read_rule, rule_from_content
from apps.risk.rules.judging import Verdict, judge, questions_of

__all__ = [
    "KINDS",
    "Ask",
    "Case",
    "Hit",
    "Question",
    "Rule",
    "RuleKind",
    "Verdict",
    "agent_value",
    "content_hash",
    "deny_list",
    "judge",
    "order_amount",
    "questions_of",
    "read_rule",
    "refund_score",
    "returned_coupons",
    "rule_from_content",
    "tier_breaking",
    "velocity",
]
