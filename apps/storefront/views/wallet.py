"""`GET /customers/{id}/coupons`: what a customer holds, newest first."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django_filters import BaseInFilter, ChoiceFilter, FilterSet

from apps.carts.decode import FaultyBodyError
from apps.coupons.lifecycle import CouponState
from apps.coupons.models import Coupon
from apps.coupons.selectors import HeldCoupon, coupons_of
from apps.orders.overdue import is_late, late_of, release_overdue
from apps.pricing.faults import CODE, Fault
from apps.storefront import answers
from apps.storefront.coupon_shapes import held_shape
from apps.storefront.openapi import Operation
from apps.storefront.queries import DEFAULT_LIMIT, MOST, Query, cursor_after
from apps.storefront.views.base import StorefrontView, answer


class StatesFilter(BaseInFilter, ChoiceFilter):
    """Several states, with commas between them."""


class WalletFilter(FilterSet):
    """By the state that the clock gives: what is over is expired, whether or not a job has said so."""

    status = StatesFilter(field_name="shown", choices=[(state.value, state.value) for state in CouponState])

    class Meta:
        model = Coupon
        fields: tuple[str, ...] = ()


class WalletView(StorefrontView):
    operations = {
        "get": Operation(
            "customer_coupons",
            "The coupons of a customer, newest first",
            answers.Wallet,
            path={"customer": "the shop's own id of the customer"},
            query={
                "status": {
                    "type": "string",
                    "description": f"one or several of {', '.join(CouponState)}, with commas between them",
                },
                "cursor": {"type": "string"},
                "limit": {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT},
            },
        ),
    }

    def get(self, request: HttpRequest, customer: str) -> HttpResponse:
        query = Query(request)
        limit, (before, _) = query.limit(), query.cursor()
        query.check()
        if not CODE.match(customer):
            raise FaultyBodyError([Fault("customer", "code", "must be 1 to 64 visible ASCII characters")])
        chosen = WalletFilter(request.GET, coupons_of(customer, shop=self.caller.shop))
        if not chosen.is_valid():
            raise FaultyBodyError([Fault("status", "choice", "must be states of coupons")])
        rows = chosen.qs.filter(pk__lt=before) if before > 0 else chosen.qs
        rows = rows.annotate(late=late_of(customer))[: limit + 1]
        # Of an empty page nobody can tell: what it should show may be held by a hold that is over.
        late = rows[0].late if len(rows) else is_late(customer)
        if late and release_overdue():
            rows = rows.all()
        found = [HeldCoupon.of(row) for row in rows]
        page = found[:limit]
        following = cursor_after(page[-1].id, "") if len(found) > limit else None
        return answer({"results": [held_shape(one) for one in page], "next": following})
