"""The addresses of the reports, below /admin/reports/."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.admin.sites import AdminSite
from django.http import HttpResponse
from django.urls import URLPattern, path

from apps.core.replica import from_replica
from apps.reporting.pages import behind, comparing, coupons, exporting, goods, lists, one, placement


def report_urls(site: AdminSite) -> list[URLPattern]:
    def page(view: Callable[..., HttpResponse]) -> Any:
        return site.admin_view(partial(from_replica(view), site))

    thing = "reports/<slug:document>/<str:code>/"
    return [
        path("reports/", page(lists.list_view), name="reports"),
        path("reports/compare/", page(comparing.compare_view), name="report_compare"),
        path("reports/placement/<str:code>/", page(placement.placement_view), name="report_placement"),
        path(thing, page(one.report_view), name="report"),
        path(f"{thing}print/", page(one.print_view), name="report_print"),
        path(f"{thing}orders/", page(behind.orders_view), name="report_orders"),
        path(f"{thing}goods/", page(goods.goods_view), name="report_goods"),
        path(f"{thing}coupons/", page(coupons.coupons_view), name="report_coupons"),
        path(f"{thing}review/", page(one.review_view), name="report_review"),
        path(f"{thing}export/", page(exporting.export_view), name="report_export"),
    ]
