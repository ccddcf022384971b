from apps.approvals.admin import presenters
from apps.approvals.registry import watch_risks
from apps.impact.admin.alert import AlertAdmin
from apps.impact.admin.limits import ImpactLimitsAdmin
from apps.impact.admin.pause_rule import PauseRuleAdmin
from apps.impact.reports import risks, showing
from apps.impact.revocation import hits_of

__all__ = ["AlertAdmin", "ImpactLimitsAdmin", "PauseRuleAdmin"]

presenters.show_hits(hits_of)
presenters.show_reports(showing.report_of)
# After the sample carts of `orders`: what was searched knows better.
watch_risks(risks.risks_of)
