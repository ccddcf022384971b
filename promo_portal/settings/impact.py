"""The patrol: how far it looks ahead, and from which hour of the day it may go. Reports on what is submitted."""

from promo_portal.settings.env import env

__all__ = ["IMPACT_REPORTS", "PATROL_DAYS", "PATROL_HOUR"]

PATROL_DAYS = env.int("PATROL_DAYS", default=14)
PATROL_HOUR = env.int("PATROL_HOUR", default=3)
# Without them nothing is searched at submission, and an approver sees the prices of samples only.
IMPACT_REPORTS = env.bool("IMPACT_REPORTS", default=True)
