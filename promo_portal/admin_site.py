"""The admin site: every ModelAdmin registers here through `admin.site` and is narrowed to the shops of who looks;
pages of no single model are named here."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from unfold.admin import ModelAdmin
from unfold.sites import UnfoldAdminSite

from apps.accounts.admin_scope import scoped


class PortalAdminSite(UnfoldAdminSite):
    enable_nav_sidebar = True

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        super().register(model_or_iterable, scoped(admin_class or ModelAdmin), **options)

    def extra_urls(self) -> list[URLPattern]:
        from apps.orders.simulator.views import pick_view  # models are not loaded yet when the site is made
        from apps.packs.event_export import event_pack_view
        from apps.reporting.watch.views import board_view, more_stock_view

        return [
            path("simulator/", self.admin_view(self.simulator), name="simulator"),
            path("simulator/pick/<slug:source>/", self.admin_view(pick_view), name="simulator_pick"),
            path("events/<str:code>/pack/", self.admin_view(event_pack_view), name="event_pack"),
            path("watch/rows/", self.admin_view(board_view), name="watch_board"),
            path("watch/stop/<slug:code>/", self.admin_view(self.stop), name="watch_stop"),
            path("watch/more-stock/<str:code>/", self.admin_view(more_stock_view), name="watch_more_stock"),
        ]

    def simulator(self, request: HttpRequest) -> HttpResponse:
        from apps.orders.simulator.views import simulator_view

        return simulator_view(self, request)

    def stop(self, request: HttpRequest, code: str) -> HttpResponse:
        from apps.reporting.watch.views import stop_view

        return stop_view(self, request, code)
