"""The portal's settings with holds of seconds instead of minutes, so that many lapse during a run."""

import os

from promo_portal.settings import *  # noqa: F403

HOLD_MINUTES = float(os.environ["SOAK_HOLD_SECONDS"]) / 60
