"""`GET /price-changes`: what a shop must price anew, and when, so that its caches are warm by then."""

from __future__ import annotations

from datetime import MAXYEAR, datetime, timedelta

from django.http import HttpRequest, HttpResponse

from apps.core.clock import database_now
from apps.orders.price_changes import PRICED, Change, Place, Turn, Window, price_changes
from apps.pricing.faults import CODE, parse_time
from apps.pricing.layers import Layer
from apps.storefront import answers
from apps.storefront.openapi import Operation
from apps.storefront.queries import DEFAULT_LIMIT, MOST, Query, cursor_of
from apps.storefront.views.base import StorefrontView, answer

INSTANT = {"type": "string", "format": "date-time"}
USUALLY = timedelta(days=1)
LONGEST = timedelta(days=31)
LAYERS = tuple(layer.value for layer in PRICED)


class PriceChangesView(StorefrontView):
    operations = {
        "get": Operation(
            "price-changes",
            "SKUs and instants at which their prices change by the clock: starts, ends and sessions of approved offers",
            answers.PriceChanges,
            query={
                "from": {**INSTANT, "description": "default: now"},
                "to": {
                    **INSTANT,
                    "description": "exclusive; at most 31 days after `from`; default: a day after it",
                },
                "layer": {"type": "string", "enum": list(LAYERS), "description": "default: all of these"},
                "cursor": {"type": "string"},
                "limit": {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT},
            },
        ),
    }

    def get(self, request: HttpRequest) -> HttpResponse:
        query = Query(request)
        window, after, limit = _window(query, self.caller.shop), _after(query), query.limit()
        query.check()
        found = price_changes(window, after=after, limit=limit + 1)
        page = found[:limit]
        shapes = [
            {"at": turn.at, "sku": sku, "offer": turn.offer, "change": turn.change} for turn, sku in page
        ]
        return answer({"results": shapes, "next": _cursor(page[-1]) if len(found) > limit else None})


def _window(query: Query, shop: str | None) -> Window:
    since, until = query.time("from"), query.time("to")
    layer = query.reader.text("layer", choices=LAYERS)
    since = since or database_now()
    until = until or _later(since)
    if not since < until:
        query.reader.fault("to", "range", "must be after `from`")
    elif until - since > LONGEST:
        query.reader.fault("to", "range", "must be at most 31 days after `from`")
    return Window(since, until, (Layer(layer),) if layer else PRICED, shop)


def _later(since: datetime) -> datetime:
    """A day later, as far as the calendar goes."""
    return since + USUALLY if since.year < MAXYEAR else since


def _cursor(place: Place) -> str:
    return cursor_of(place.turn.at.isoformat(), place.turn.offer, place.turn.change, place.sku)


def _after(query: Query) -> Place | None:
    parts = query.place()
    if not parts:
        return None
    at = parse_time(parts[0])
    codes = [part for part in parts[1::2] if CODE.match(part)]
    if len(parts) != 4 or len(codes) != 2 or at is None or parts[2] not in tuple(Change):
        query.wrong_cursor()
        return None
    return Place(Turn(at, codes[0], parts[2]), codes[1])
