"""Answers one address where the API's lane would: no middleware of pages is passed."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from bench.inside.bare_urls import BareView


class BareLaneMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.pages = get_response
        self.view = BareView.as_view()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info != "/bare-lane":
            return self.pages(request)
        response = self.view(request)
        return response if response.is_rendered else response.render()
