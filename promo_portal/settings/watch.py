"""The watch board: how often it is fresh, and from when on something counts as odd."""

from promo_portal.settings.env import env

__all__ = [
    "WATCH_CUSTOMER_SHARE_BPS",
    "WATCH_DEPTH_LIMIT_BPS",
    "WATCH_QUIET_MINUTES",
    "WATCH_SECONDS",
]

WATCH_SECONDS = env.int("WATCH_SECONDS", default=15)
# Where nobody foresaw anything: an average discount deeper than this share of the list price.
WATCH_DEPTH_LIMIT_BPS = env.int("WATCH_DEPTH_LIMIT_BPS", default=7_000)
# Of all discount in the last ten minutes, what one customer may have without being named.
WATCH_CUSTOMER_SHARE_BPS = env.int("WATCH_CUSTOMER_SHARE_BPS", default=3_000)
WATCH_QUIET_MINUTES = env.int("WATCH_QUIET_MINUTES", default=10)
