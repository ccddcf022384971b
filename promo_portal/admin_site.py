"""The admin site: every ModelAdmin registers here through `admin.site`; pages of no single model are named here."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from unfold.sites import UnfoldAdminSite


class PortalAdminSite(UnfoldAdminSite):
    enable_nav_sidebar = True

    def extra_urls(self) -> list[URLPattern]:
        from apps.orders.simulator.views import pick_view  # models are not loaded yet when the site is made

        return [
            path("simulator/", self.admin_view(self.simulator), name="simulator"),
            path("simulator/pick/<slug:source>/", self.admin_view(pick_view), name="simulator_pick"),
        ]

    def simulator(self, request: HttpRequest) -> HttpResponse:
        from apps.orders.simulator.views import simulator_view

        return simulator_view(self, request)
