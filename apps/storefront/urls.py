"""The addresses of the storefront API, below /api/v1/."""

from django.urls import URLPattern, path, re_path

from apps.storefront.views.base import UnknownPathView
from apps.storefront.views.claims import ClaimCampaignsView, ClaimsView
from apps.storefront.views.codes import CodeClaimsView
from apps.storefront.views.customers import CustomerView
from apps.storefront.views.events import EventsView
from apps.storefront.views.grants import GrantsView
from apps.storefront.views.orders import CancelView, OrdersView, OrderView, PayView, RefundsView
from apps.storefront.views.price_changes import PriceChangesView
from apps.storefront.views.prices import PricesView
from apps.storefront.views.quotes import QuotesView
from apps.storefront.views.showcase import ActivityView, PlacementView
from apps.storefront.views.wallet import WalletView

urlpatterns: list[URLPattern] = [
    path("quotes", QuotesView.as_view()),
    path("prices", PricesView.as_view()),
    path("price-changes", PriceChangesView.as_view()),
    path("activities/<str:code>", ActivityView.as_view()),
    path("placements/<str:placement>", PlacementView.as_view()),
    path("orders", OrdersView.as_view()),
    path("orders/<str:code>", OrderView.as_view()),
    path("orders/<str:code>/pay", PayView.as_view()),
    path("orders/<str:code>/cancel", CancelView.as_view()),
    path("orders/<str:code>/refunds", RefundsView.as_view()),
    path("events", EventsView.as_view()),
    path("grants", GrantsView.as_view()),
    path("codes/claims", CodeClaimsView.as_view()),
    path("claim-campaigns", ClaimCampaignsView.as_view()),
    path("claim-campaigns/<str:code>/claims", ClaimsView.as_view()),
    path("customers/<str:customer>", CustomerView.as_view()),
    path("customers/<str:customer>/coupons", WalletView.as_view()),
    re_path("", UnknownPathView.as_view(schema=None)),
]
