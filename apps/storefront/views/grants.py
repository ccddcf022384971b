"""`POST /grants`: the shop's own programs give a customer coupons, all that were asked for or none."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from msgspec import Struct

from apps.carts.bodies import Instant, given
from apps.carts.grant_body import GRANTS, GrantBody
from apps.core.marks import hashed
from apps.coupons.lifecycle import CouponState, Source
from apps.coupons.services.granting import grant
from apps.coupons.services.issue import Issued
from apps.storefront.once import answer_once
from apps.storefront.openapi import Operation
from apps.storefront.scopes import Scope
from apps.storefront.views.base import StorefrontView

MARKS = ("device", "ip", "address_hash")


class GrantedCoupon(Struct, forbid_unknown_fields=True):
    """A coupon as its customer may see it; it came by no code and no order has it."""

    coupon: str
    template: str
    name: str
    state: str
    valid_from: Instant
    valid_until: Instant | None
    source: str
    order: str | None
    code: str | None


class Granted(Struct, forbid_unknown_fields=True):
    coupons: list[GrantedCoupon]


class GrantsView(StorefrontView):
    scope = Scope.GRANT
    operations = {
        "post": Operation(
            "grant_coupons",
            "Give a customer coupons",
            Granted,
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
        return {"coupons": [shape(coupon) for coupon in coupons]}


def shape(issued: Issued) -> dict[str, Any]:
    return {
        "coupon": issued.code,
        "template": issued.template,
        "name": issued.name,
        "state": CouponState.UNUSED.value,
        "valid_from": issued.valid_from,
        "valid_until": issued.valid_until,
        "source": issued.source.value,
        "order": None,
        "code": issued.code_tail or None,
    }
