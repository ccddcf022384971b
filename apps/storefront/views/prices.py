"""`POST /prices`: single units, for list and product pages."""

from django.http import HttpRequest, HttpResponse

from apps.carts.bodies import PricesBody
from apps.orders.item_prices import price_list
from apps.storefront import answers
from apps.storefront.openapi import Operation
from apps.storefront.queries import language_of
from apps.storefront.requests import json_body
from apps.storefront.shapes import prices_shape
from apps.storefront.views.base import StorefrontView, answer


class PricesView(StorefrontView):
    operations = {
        "post": Operation(
            "prices", "What single units of up to 500 SKUs cost", answers.Prices, body=PricesBody
        ),
    }

    def post(self, request: HttpRequest) -> HttpResponse:
        found = price_list(json_body(request), shop=self.caller.shop, check_preview=self.require_preview)
        return answer(prices_shape(found, language_of(request)))
