"""What the enumerations of documents are called on pages."""

from django.utils.translation import gettext_lazy as _

from apps.offers.documents.bearers import PLATFORM, SHOP
from apps.offers.documents.display import Metric
from apps.pricing.layers import Layer
from apps.pricing.offer import Span
from apps.pricing.scope import ScopeMode

LAYER_LABELS = {
    Layer.ITEM: _("item prices"),
    Layer.SHOP: _("shop offers"),
    Layer.PLATFORM: _("platform offers"),
    Layer.SHOP_COUPON: _("shop coupons"),
    Layer.PLATFORM_COUPON: _("platform coupons"),
    Layer.SHIPPING: _("shipping offers"),
}
OWNER_LABELS = {
    Layer.ITEM: _("single goods"),
    Layer.SHOP: _("a shop's order"),
    Layer.PLATFORM: _("the whole order"),
    Layer.SHIPPING: _("the shipping fee"),
}
LIST_LABELS = {
    "skus": _("SKUs"),
    "categories": _("Categories"),
    "brands": _("Brands"),
    "tags": _("Tags"),
    "shops": _("Shops"),
}
PARTY_LABELS = {PLATFORM: _("platform"), SHOP: _("shop")}
MODE_LABELS = {
    ScopeMode.ALL: _("all goods"),
    ScopeMode.INCLUDE: _("only these"),
    ScopeMode.EXCLUDE: _("all but these"),
}
SPAN_LABELS = {
    Span.ACTIVITY: _("the whole activity"),
    Span.SESSION: _("each session"),
    Span.DAY: _("each day"),
}
METRIC_LABELS = {
    Metric.GMV: _("GMV"),
    Metric.ORDERS: _("orders"),
    Metric.UNITS: _("units"),
    Metric.CUSTOMERS: _("customers"),
    Metric.NEW_CUSTOMERS: _("new customers"),
    Metric.AOV: _("average order value"),
    Metric.REDEMPTION_RATE: _("redemption rate"),
    Metric.SELL_THROUGH: _("sell-through"),
    Metric.ROI: _("return on investment"),
    Metric.MARGIN: _("margin"),
}
MONEY_METRICS = frozenset({Metric.GMV, Metric.AOV, Metric.MARGIN})
SHARE_METRICS = frozenset({Metric.REDEMPTION_RATE, Metric.SELL_THROUGH})
