"""`POST /quotes`: price a cart. Nothing is written."""

from django.http import HttpRequest, HttpResponse

from apps.orders.quoting import quote
from apps.storefront.requests import json_body
from apps.storefront.views.base import StorefrontView, answer


class QuotesView(StorefrontView):
    def post(self, request: HttpRequest) -> HttpResponse:
        return answer(quote(json_body(request), shop=self.caller.shop, check_preview=self.require_preview))
