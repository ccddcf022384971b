"""The storefront API and the admin's looks."""

from typing import Any

from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

__all__ = ["REST_FRAMEWORK", "SPECTACULAR_SETTINGS", "UNFOLD"]

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    # Closed unless a view says otherwise.
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Promo Portal storefront API",
    "DESCRIPTION": "Prices carts and serves promotions to a shop's own servers.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
}

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Promo Portal"),
    "SITE_HEADER": _("Promo Portal"),
    "SITE_SUBHEADER": _("Activities, coupons, approval"),
    "SITE_SYMBOL": "sell",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("portal/favicon.svg")},
    ],
    "SITE_URL": None,
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": False,  # the header has a switch of its own, one click instead of two
    "BORDER_RADIUS": "6px",
    "STYLES": [lambda request: static("portal/portal.css")],
    "SCRIPTS": [
        lambda request: static("portal/moment.js"),
        lambda request: static("portal/named.js"),
    ],
    "DASHBOARD_CALLBACK": "promo_portal.home.dashboard",
    "COMMAND": {
        # what is found stands in promo_portal.command_search; unfold's own way would read whole tables
        "search_models": [],
    },
    "SIDEBAR": {
        "show_search": True,
        "command_search": True,
        "show_all_applications": False,
        "navigation": "promo_portal.navigation.sidebar",
    },
}
