"""`POST /codes/claims`: a code becomes a coupon of a customer; whatever is wrong with one, the answer is the same."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from apps.carts.bodies import given
from apps.carts.code_claims import CODE_CLAIMS, CodeClaimBody
from apps.core.throttle import TooManyTries
from apps.coupons.services.codes.asking import ask_for_code
from apps.coupons.services.codes.guessing import MARKS, Guesser
from apps.storefront import answers
from apps.storefront.coupon_shapes import issued_shape
from apps.storefront.once import answer_once
from apps.storefront.openapi import Operation
from apps.storefront.problems import Problem
from apps.storefront.views.base import StorefrontView

TOO_MANY = "too_many_attempts"


class CodeClaimsView(StorefrontView):
    operations = {
        "post": Operation(
            "claim_code",
            "Bind a coupon code to a customer",
            answers.Coupon,
            body=CodeClaimBody,
            refusals=(404, 409, 422, 429),
            status=201,
            idempotent=True,
        ),
    }

    def post(self, request: HttpRequest) -> HttpResponse:
        return answer_once(request, self.caller, self._claim, status=201)

    def _claim(self, raw: bytes) -> dict[str, Any]:
        body = CODE_CLAIMS.read(raw)
        risk = given(body.risk)
        marks = {name: given(getattr(risk, name)) for name in MARKS} if risk is not None else {}
        guesser = Guesser(body.customer, self.caller.client_id, marks)
        try:
            return issued_shape(ask_for_code(presented=body.code, guesser=guesser, shop=self.caller.shop))
        except TooManyTries as error:
            refused = Problem(429, TOO_MANY, "Too many wrong codes; try again later.")
            refused.headers = {"Retry-After": str(error.retry_after)}
            raise refused from error
