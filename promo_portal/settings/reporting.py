"""Reports: how long single exposures and clicks are kept."""

from promo_portal.settings.env import env

__all__ = ["SIGHTING_DAYS_KEPT"]

# Their sums stay for good. Not below the days that a shop may be late with one.
SIGHTING_DAYS_KEPT = max(14, env.int("SIGHTING_DAYS_KEPT", default=90))
