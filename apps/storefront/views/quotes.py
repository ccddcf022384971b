"""`POST /quotes`: price a cart. Nothing of it is written."""

from django.http import HttpRequest, HttpResponse

from apps.carts.bodies import QuoteBody
from apps.orders.carried import Asker
from apps.orders.quoting import quote
from apps.storefront import answers
from apps.storefront.openapi import Operation
from apps.storefront.requests import json_body
from apps.storefront.views.base import StorefrontView, answer


class QuotesView(StorefrontView):
    operations = {
        "post": Operation("quote", "Price a cart; nothing is written", answers.Quote, body=QuoteBody),
    }

    def post(self, request: HttpRequest) -> HttpResponse:
        asker = Asker(self.caller.client_id, self.caller.shop)
        return answer(quote(json_body(request), asker=asker, check_preview=self.require_preview))
