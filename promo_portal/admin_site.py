"""The admin site: every ModelAdmin registers here through `admin.site` and is narrowed to the shops of who looks;
pages of no single model are named here."""

import time
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from unfold.admin import ModelAdmin
from unfold.sites import UnfoldAdminSite

from apps.accounts.admin_scope import scoped


class PortalAdminSite(UnfoldAdminSite):
    enable_nav_sidebar = True

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        super().register(model_or_iterable, scoped(admin_class or ModelAdmin), **options)

    def extra_urls(self) -> list[URLPattern]:
        from apps.accounts.admin.list_pages import remove_view, save_view, star_view
        from apps.orders.simulator.views import pick_view  # models are not loaded yet when the site is made
        from apps.packs.event_export import event_pack_view
        from apps.reporting.pages.urls import report_urls
        from apps.reporting.watch.views import board_view, more_stock_view

        return [
            path("lists/star/", self.admin_view(star_view), name="list_star"),
            path("lists/save/", self.admin_view(save_view), name="list_save"),
            path("lists/remove/<int:pk>/", self.admin_view(remove_view), name="list_remove"),
            path("simulator/", self.admin_view(self.simulator), name="simulator"),
            path("simulator/pick/<slug:source>/", self.admin_view(pick_view), name="simulator_pick"),
            path("events/<str:code>/pack/", self.admin_view(event_pack_view), name="event_pack"),
            *report_urls(self),
            path("watch/rows/", self.admin_view(board_view), name="watch_board"),
            path("watch/stop/<slug:code>/", self.admin_view(self.stop), name="watch_stop"),
            path("watch/more-stock/<str:code>/", self.admin_view(more_stock_view), name="watch_more_stock"),
        ]

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """⌘K: pages of the menu by name, then things. Nothing is remembered between two looks: rights may change."""
        from promo_portal.command_search import results

        started = time.perf_counter()
        term, extended = request.GET.get("s", "").strip(), "extended" in request.GET
        found = self._search_apps(super().get_app_list(request), term.lower()) if term else []
        if extended:
            found += results(request, term)
        pages = Paginator(found, 100)
        name = "command_results" if extended else "search_results"
        context = {
            "page_obj": pages,
            "results": pages.page(1),
            "page_counter": 0,
            "execution_time": time.perf_counter() - started,
        }
        return TemplateResponse(
            request, f"unfold/helpers/{name}.html", context, headers={"HX-Trigger": "search"}
        )

    def simulator(self, request: HttpRequest) -> HttpResponse:
        from apps.orders.simulator.views import simulator_view

        return simulator_view(self, request)

    def stop(self, request: HttpRequest, code: str) -> HttpResponse:
        from apps.reporting.watch.views import stop_view

        return stop_view(self, request, code)
