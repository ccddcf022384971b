"""`POST /grants`: the shop's own programs give a customer coupons, all that were asked for or none."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from apps.carts.bodies import given
from apps.carts.grant_body import GRANTS, GrantBody
from apps.core.marks import hashed
from apps.coupons.lifecycle import Source
from apps.coupons.services.granting import grant
from apps.storefront import answers
from apps.storefront.coupon_shapes import issued_shape
from apps.storefront.once import answer_once
from apps.storefront.openapi import Operation
from apps.storefront.scopes import Scope
from apps.storefront.views.base import StorefrontView

MARKS = ("device", "ip", "address_hash")


class GrantsView(StorefrontView):
    scope = Scope.GRANT
    operations = {
        "post": Operation(
            "grant_coupons",
            "Give a customer coupons",
            answers.CouponPack,
            body=GrantBody,
            refusals=(404, 409, 422),
            status=201,
            idempotent=True,
        ),
    }

    def post(self, request: HttpRequest) -> HttpResponse:
        return answer_once(request, self.caller, self._grant, status=201)

    def _grant(self, raw: bytes) -> dict[str, Any]:
        body = GRANTS.read(raw)
        risk = given(body.risk)
        marks = {} if risk is None else {name: given(getattr(risk, name)) for name in MARKS}
        coupons = grant(
            template=body.template,
            customer=body.customer,
            quantity=body.quantity,
            source=Source(body.source),
            reason=body.reason.strip(),
            actor=self.caller,
            shop=self.caller.shop,
            marks=hashed(marks),
        )
        return {"coupons": [issued_shape(coupon) for coupon in coupons]}
