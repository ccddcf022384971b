"""Rules and how they would have done, the deny list, decisions, and what waits for a review."""

from apps.approvals.admin import presenters
from apps.risk.admin.decision import DecisionAdmin
from apps.risk.admin.denial import DeniedMarkAdmin
from apps.risk.admin.presenting import CasePresenter, DenialPresenter, RulePresenter
from apps.risk.admin.review import ReviewCaseAdmin
from apps.risk.admin.rule import RuleAdmin

__all__ = ["DecisionAdmin", "DeniedMarkAdmin", "ReviewCaseAdmin", "RuleAdmin"]

presenters.register("risk_rule", RulePresenter())
presenters.register("risk_denial", DenialPresenter())
presenters.register("risk_case", CasePresenter())
