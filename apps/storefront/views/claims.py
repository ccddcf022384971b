"""`GET /claim-campaigns` and `POST /claim-campaigns/{code}/claims`: what can be claimed, and claiming it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from apps.carts.bodies import MAX_WORD, given
from apps.carts.claim_body import CLAIMS, ClaimBody
from apps.core.marks import hashed
from apps.coupons.looks import Where
from apps.coupons.selectors import campaign_place, open_campaigns
from apps.coupons.services.claiming import claim
from apps.storefront import answers
from apps.storefront.coupon_shapes import claimed_shape, open_campaign_shape
from apps.storefront.once import answer_once
from apps.storefront.openapi import Operation
from apps.storefront.queries import DEFAULT_LIMIT, MOST, Query, cursor_after
from apps.storefront.views.base import StorefrontView, answer

WORD = {"type": "string", "maxLength": MAX_WORD}
MARKS = ("device", "ip", "address_hash")


class ClaimCampaignsView(StorefrontView):
    operations = {
        "get": Operation(
            "claim_campaigns",
            "Claim campaigns that are open or coming, with what is left, and whether this customer may claim",
            answers.OpenCampaigns,
            query={
                "customer": {"type": "string", "maxLength": 64},
                "channel": WORD,
                "terminal": WORD,
                "region": WORD,
                "cursor": {"type": "string"},
                "limit": {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT},
            },
        ),
    }

    def get(self, request: HttpRequest) -> HttpResponse:
        query = Query(request)
        visitor, limit, after = query.visitor(self.caller.shop), query.limit(), query.cursor()
        query.check()
        where = Where(visitor.channel, visitor.terminal, visitor.region)
        found = open_campaigns(visitor.customer, where, shop=visitor.shop, after=after, limit=limit + 1)
        page = found.campaigns[:limit]
        more = len(found.campaigns) > limit
        return answer(
            {
                "results": [open_campaign_shape(one, found.asker, found.now) for one in page],
                "next": cursor_after(*campaign_place(page[-1])) if more else None,
            }
        )


class ClaimsView(StorefrontView):
    operations = {
        "post": Operation(
            "claim",
            "Claim what a campaign hands out: one coupon, or a pack of them",
            (answers.Coupon, answers.CouponPack),
            body=ClaimBody,
            path={"code": "the campaign's code"},
            refusals=(404, 409, 422),
            status=201,
            idempotent=True,
        ),
    }

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        def take(raw: bytes) -> object:
            body = CLAIMS.read(raw)
            risk = given(body.risk)
            marks = {} if risk is None else {name: given(getattr(risk, name)) for name in MARKS}
            return claimed_shape(
                claim(
                    campaign=code,
                    customer=body.customer,
                    where=Where(given(body.channel), given(body.terminal), given(body.region)),
                    shop=self.caller.shop,
                    marks=hashed(marks),
                )
            )

        return answer_once(request, self.caller, take, status=201)
