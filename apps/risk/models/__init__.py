"""Rules and their versions, events that rules count, decisions, what waits for a review, the deny list."""

from apps.risk.models.decision import Decision, ReviewCase
from apps.risk.models.denial import DeniedMark
from apps.risk.models.event import RiskEvent
from apps.risk.models.rule import Rule, RuleVersion

__all__ = ["Decision", "DeniedMark", "ReviewCase", "RiskEvent", "Rule", "RuleVersion"]
