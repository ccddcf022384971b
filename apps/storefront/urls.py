"""The addresses of the storefront API, below /api/v1/."""

from django.urls import URLPattern, re_path

from apps.storefront.views.base import UnknownPathView

urlpatterns: list[URLPattern] = [
    re_path("", UnknownPathView.as_view(schema=None)),
]
