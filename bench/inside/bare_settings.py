"""The portal's settings with one address more, whose requests pass no middleware that the API's do not pass."""

from promo_portal.settings import *  # noqa: F403
from promo_portal.settings import MIDDLEWARE as ALL_MIDDLEWARE

ROOT_URLCONF = "bench.inside.bare_urls"
MIDDLEWARE = ALL_MIDDLEWARE[: ALL_MIDDLEWARE.index("apps.storefront.lane.ApiLaneMiddleware") + 1]
