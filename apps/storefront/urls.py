"""The addresses of the storefront API, below /api/v1/."""

from django.urls import URLPattern, path, re_path

from apps.storefront.views.base import UnknownPathView
from apps.storefront.views.quotes import QuotesView

urlpatterns: list[URLPattern] = [
    path("quotes", QuotesView.as_view()),
    re_path("", UnknownPathView.as_view(schema=None)),
]
