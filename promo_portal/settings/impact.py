"""The patrol: how far it looks ahead, and from which hour of the day it may go."""

from promo_portal.settings.env import env

__all__ = ["PATROL_DAYS", "PATROL_HOUR"]

PATROL_DAYS = env.int("PATROL_DAYS", default=14)
PATROL_HOUR = env.int("PATROL_HOUR", default=3)
