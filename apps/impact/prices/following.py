"""The history written on from the last mark: list prices that differ, offers that changed, offers that start and end.

A turn of the clock is priced at its own instant, so a session between two looks is not missed. What changes a price is
read from the catalogue, the journal of the offer book and the windows of offers; nothing else is priced.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from apps.activities.models import Activity
from apps.catalog.selectors import portal, sku_facts
from apps.core.clock import database_now
from apps.impact.models.prices import PriceMark
from apps.offers.models import BookChange
from apps.offers.selectors import book_version, skus_in_scope
from apps.orders.book import KEEPER
from apps.orders.price_changes import Place, Window, price_changes
from apps.pricing.cart import Cart, CartLine, Customer
from apps.pricing.itemprice import item_prices
from apps.pricing.layers import Layer

#: SKUs priced at a time, and at most in one look: a worker has other things to do
CHUNK = 2_000
MOST = 40_000
#: has an id, so that offers with a limit per customer count, and has used up none of it
ANYBODY = Customer(id="anybody")
DIFFERENT = """
SELECT s.code FROM catalog_sku s
LEFT JOIN impact_pricespan p ON p.sku = s.code AND p.ends_at IS NULL
WHERE p.list_amount IS DISTINCT FROM s.price_amount ORDER BY s.code LIMIT %s
"""
# One statement: what differs ends the open stretch and begins another. A stretch without time is only corrected.
WRITE = """
WITH new AS (
    SELECT * FROM unnest(%(skus)s::text[], %(lists)s::bigint[], %(prices)s::bigint[]) AS n(sku, list, price)
), changed AS (
    SELECT n.*, p.id, p.starts_at FROM new n LEFT JOIN impact_pricespan p ON p.sku = n.sku AND p.ends_at IS NULL
    WHERE p.id IS NULL OR (p.list_amount, p.price_amount) IS DISTINCT FROM (n.list, n.price)
), corrected AS (
    UPDATE impact_pricespan p SET list_amount = c.list, price_amount = c.price
    FROM changed c WHERE p.id = c.id AND c.starts_at >= %(at)s RETURNING p.sku
), ended AS (
    UPDATE impact_pricespan p SET ends_at = %(at)s
    FROM changed c WHERE p.id = c.id AND c.starts_at < %(at)s RETURNING p.sku
)
SELECT c.sku, c.list, c.price FROM changed c
WHERE c.id IS NULL OR c.sku IN (SELECT sku FROM ended)
"""
BEGIN = """
INSERT INTO impact_pricespan (sku, list_amount, price_amount, starts_at)
SELECT n.sku, n.list, n.price, %(at)s
FROM unnest(%(skus)s::text[], %(lists)s::bigint[], %(prices)s::bigint[]) AS n(sku, list, price)
"""


@transaction.atomic
def follow_prices() -> int:
    """Write what changed since the last look; the number of SKUs priced. One at a time: the mark's row is locked."""
    now = database_now()
    version = book_version()
    mark, _made = PriceMark.objects.select_for_update().get_or_create(
        id=1, defaults={"followed_at": now, "book": version}
    )
    priced = 0
    for moment, skus in _turns(mark.followed_at, now):
        priced += _price(skus, moment)
    changed = _of_book(mark.book) if version > mark.book else []
    priced += _price(changed, now)
    priced += _price(_listed_otherwise(), now)
    mark.followed_at, mark.book = now, version
    mark.save(update_fields=["followed_at", "book"])
    return priced


def _turns(since: datetime, until: datetime) -> Iterator[tuple[datetime, list[str]]]:
    """The instants at which item offers start or end by the clock, each with its SKUs, in order."""
    window, after = Window(since, until, (Layer.ITEM,)), None
    skus: list[str] = []
    moment: datetime | None = None
    while found := price_changes(window, after=after, limit=CHUNK):
        for place in found:
            if moment is not None and place.turn.at != moment:
                yield moment, skus
                skus = []
            moment = place.turn.at
            skus.append(place.sku)
        after = _last(found)
        if len(found) < CHUNK:
            break
    if moment is not None:
        yield moment, skus


def _last(found: Sequence[Place]) -> Place:
    return found[-1]


def _of_book(since: int) -> list[str]:
    """The goods of item offers that were approved, paused, resumed, stopped or ended since."""
    codes = BookChange.objects.filter(pk__gt=since).values_list("offer_code", flat=True)
    rows = Activity.objects.filter(code__in=set(codes), layer=Layer.ITEM.value).exclude(current=None)
    found: set[str] = set()
    for content in rows.values_list("current__content", flat=True):
        goods = skus_in_scope(content["scope"], content["shop"]).order_by("code")
        found.update(goods.values_list("pk", flat=True)[:MOST])
        if len(found) >= MOST:
            break
    return sorted(found)


def _listed_otherwise() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENT, [MOST])
        return [code for (code,) in cursor.fetchall()]


def _price(skus: Sequence[str], moment: datetime) -> int:
    wanted = list(dict.fromkeys(skus))
    for start in range(0, len(wanted), CHUNK):
        _write(wanted[start : start + CHUNK], moment)
    return len(wanted)


def _write(skus: Sequence[str], moment: datetime) -> None:
    """For a customer of whom nothing is known, as the book says it; stock counts only once it is all gone."""
    facts = sku_facts(skus)
    book = KEEPER.at_least(book_version())
    lines = tuple(CartLine(code, code, 1, sku.price, sku) for code, sku in facts.items())
    cart = Cart(currency=portal().currency, lines=lines, customer=ANYBODY)
    prices = item_prices(cart, book.offers, moment, usages=book.usages).prices
    names: dict[str, Any] = {
        "skus": [one.sku for one in prices],
        "lists": [one.list_price for one in prices],
        "prices": [one.price for one in prices],
        "at": moment,
    }
    with connection.cursor() as cursor:
        cursor.execute(WRITE, names)
        new = cursor.fetchall()
        if new:
            named: dict[str, Any] = {"at": moment}
            for name, column in zip(("skus", "lists", "prices"), zip(*new, strict=True), strict=True):
                named[name] = list(column)
            cursor.execute(BEGIN, named)
