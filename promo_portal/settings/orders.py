"""Orders: how long an unpaid one keeps its price."""

from promo_portal.settings.env import env

__all__ = ["HOLD_MINUTES"]

HOLD_MINUTES = env.int("HOLD_MINUTES", default=15)
