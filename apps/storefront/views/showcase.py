"""`GET /activities/{code}` and `GET /placements/{placement}`: what a storefront shows."""

from django.http import HttpRequest, HttpResponse

from apps.carts.bodies import MAX_WORD
from apps.carts.decode import FaultyBodyError
from apps.catalog.selectors import portal
from apps.orders.campaigns_shown import campaign_key, campaigns_placed
from apps.orders.showcase import activities_placed, activity_shown, showcase_for, sort_key
from apps.pricing.faults import CODE, Fault
from apps.storefront import answers
from apps.storefront.openapi import Operation
from apps.storefront.problems import not_found
from apps.storefront.queries import DEFAULT_LIMIT, MOST, Query, cursor_after, language_of
from apps.storefront.shapes import activity_shape, campaign_shape
from apps.storefront.views.base import StorefrontView, answer

WORD = {"type": "string", "maxLength": MAX_WORD}


class ActivityView(StorefrontView):
    operations = {
        "get": Operation(
            "activity",
            "An approved or live activity as a customer may see it",
            answers.Activity,
            path={"code": "the activity's code"},
            refusals=(404,),
        ),
    }

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        shown = activity_shown(code, shop=self.caller.shop) if CODE.match(code) else None
        if shown is None:
            raise not_found("unknown_activity", "No approved or live activity has this code.")
        return answer(activity_shape(shown, language=language_of(request), currency=portal().currency))


class PlacementView(StorefrontView):
    operations = {
        "get": Operation(
            "placement",
            "Live and announced activities, and claim campaigns, shown at a placement to this customer",
            answers.Placed,
            path={"placement": "home, venue, list, product, cart, checkout, coupon_center or popup"},
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

    def get(self, request: HttpRequest, placement: str) -> HttpResponse:
        query = Query(request)
        visitor, limit, after = query.visitor(self.caller.shop), query.limit(), query.cursor()
        query.check()
        if not CODE.match(placement):
            raise FaultyBodyError([Fault("placement", "code", "must be 1 to 64 visible ASCII characters")])
        showcase = showcase_for(visitor)
        shape = {"language": language_of(request), "currency": showcase.inputs.currency}
        page = [
            (
                sort_key(one.content["display"], one.content["code"]),
                {"type": "activity", **activity_shape(one, **shape)},
            )
            for one in activities_placed(showcase, placement, after=after, limit=limit + 1)
        ]
        page += [
            (campaign_key(campaign), campaign_shape(campaign, showcase.now))
            for campaign in campaigns_placed(showcase, placement, after=after)
        ]
        page.sort(key=lambda entry: entry[0])
        following = cursor_after(*page[limit - 1][0]) if len(page) > limit else None
        return answer({"results": [shown for _, shown in page[:limit]], "next": following})
