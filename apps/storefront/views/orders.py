"""Orders: held at their price, paid, cancelled, refunded, looked at."""

from functools import partial

from django.http import HttpRequest, HttpResponse

from apps.carts.bodies import CancelBody, OrderBody, PayBody, RefundBody
from apps.orders import services
from apps.orders.selectors import order_for_shop
from apps.orders.services.refunding import read_refund
from apps.orders.services.settling import read_cancel, read_pay, reason_in
from apps.storefront import answers
from apps.storefront.once import answer_once
from apps.storefront.openapi import Operation
from apps.storefront.views.base import StorefrontView, answer

PATH = {"code": "the shop's own id of the order"}


class OrdersView(StorefrontView):
    operations = {
        "post": Operation(
            "place_order",
            "Price a cart anew and hold all that it takes",
            answers.Order,
            body=OrderBody,
            refusals=(409, 422),
            status=201,
            idempotent=True,
        ),
    }

    def post(self, request: HttpRequest) -> HttpResponse:
        place = partial(services.place_order, client=self.caller.client_id, shop=self.caller.shop)
        return answer_once(request, self.caller, partial(place, overdue_first=True), status=201, then=place)


class OrderView(StorefrontView):
    operations = {
        "get": Operation(
            "order",
            "An order with its shares, refunds and rewards",
            answers.Order,
            path=PATH,
            refusals=(404,),
        ),
    }

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        return answer(order_for_shop(code, self.caller.shop))


class PayView(StorefrontView):
    operations = {
        "post": Operation(
            "pay_order",
            "Make a held order a paid one",
            answers.Order,
            body=PayBody,
            path=PATH,
            refusals=(404, 409, 422),
            idempotent=True,
        ),
    }

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        def pay(raw: bytes) -> object:
            read_pay(raw)
            return services.pay_order(code=code, shop=self.caller.shop)

        return answer_once(request, self.caller, pay)


class CancelView(StorefrontView):
    operations = {
        "post": Operation(
            "cancel_order",
            "Release all that a held order holds",
            answers.Order,
            body=CancelBody,
            path=PATH,
            refusals=(404, 409, 422),
            idempotent=True,
        ),
    }

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        def cancel(raw: bytes) -> object:
            return services.cancel_order(code=code, shop=self.caller.shop, reason=reason_in(read_cancel(raw)))

        return answer_once(request, self.caller, cancel)


class RefundsView(StorefrontView):
    operations = {
        "post": Operation(
            "refund_order",
            "Pay back units, shipping, adjustments, or all that is left",
            answers.Refund,
            body=RefundBody,
            path=PATH,
            refusals=(404, 409, 422),
            status=201,
            idempotent=True,
        ),
    }

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        def refund(raw: bytes) -> object:
            return services.refund_order(code=code, shop=self.caller.shop, asked=read_refund(raw))

        return answer_once(request, self.caller, refund, status=201)
