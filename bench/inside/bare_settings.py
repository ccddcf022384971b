"""The portal's settings with two addresses more: an empty view like any page's, and the same in the API's own lane."""

from promo_portal.settings import *  # noqa: F403
from promo_portal.settings import MIDDLEWARE as ALL_MIDDLEWARE

ROOT_URLCONF = "bench.inside.bare_urls"
_after_the_lane = ALL_MIDDLEWARE.index("apps.storefront.lane.ApiLaneMiddleware") + 1
MIDDLEWARE = [
    *ALL_MIDDLEWARE[:_after_the_lane],
    "bench.inside.bare_lane.BareLaneMiddleware",
    *ALL_MIDDLEWARE[_after_the_lane:],
]
