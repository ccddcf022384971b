from apps.approvals.admin import presenters
from apps.impact.admin.alert import AlertAdmin
from apps.impact.admin.pause_rule import PauseRuleAdmin
from apps.impact.revocation import hits_of

__all__ = ["AlertAdmin", "PauseRuleAdmin"]

presenters.show_hits(hits_of)
