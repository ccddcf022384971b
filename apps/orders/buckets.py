"""Counters in buckets: a hot one is several rows, several orders draw on it at once, the last unit still sells.

An order draws on one bucket when one has enough, else on as many as it needs. Pure but for the two statements that
make buckets and spread a changed total over them.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db import connection

from apps.orders.demand import Taken
from apps.orders.numbers import Bucket, CounterKey, Numbers

BUCKETS = 16
# Below this a bucket would hold so little that most orders needed several.
BUCKETED_FROM = 1_024

MAKE = """
INSERT INTO orders_counter (offer, measure, sku, span, bucket, total)
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::smallint[], %s::bigint[])
ON CONFLICT DO NOTHING
RETURNING offer, measure, sku, span, id, bucket, total, held, used
"""
READ = """
SELECT offer, measure, sku, span, id, bucket, total, held, used FROM orders_counter
WHERE (offer, measure, sku, span) IN (SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[]))
ORDER BY id
"""
SPREAD = """
UPDATE orders_counter SET total = spread.total
FROM unnest(%s::bigint[], %s::bigint[]) AS spread(id, total) WHERE orders_counter.id = spread.id
"""


class NotEnough(Exception):
    """There is less than was wanted, by the time it was asked for."""


class DrawOn(NamedTuple):
    """`amount` from the bucket with this id."""

    counter: int
    amount: int


def split(total: int) -> list[int]:
    """The totals of the buckets that `total` is kept in."""
    count = BUCKETS if total >= BUCKETED_FROM else 1
    return [total * (i + 1) // count - total * i // count for i in range(count)]


def ensure(taken: Sequence[Taken], numbers: Numbers) -> None:
    """Make the counters that are not there yet, and read them; of two at once one makes, the other finds them."""
    missing = sorted({(one.key, one.cap) for one in taken if one.key not in numbers.buckets})
    if not missing:
        return
    rows = [(*key, number, total) for key, cap in missing for number, total in enumerate(split(cap))]
    with connection.cursor() as cursor:
        cursor.execute(MAKE, [list(column) for column in zip(*rows, strict=True)])
        made = cursor.fetchall()
    if len(made) == len(rows):
        _note(sorted(made, key=lambda row: row[4]), numbers)
    else:
        _read([key for key, _ in missing], numbers)


def settle_totals(taken: Sequence[Taken], numbers: Numbers) -> None:
    """Bring totals that a stop, a lift or a revision changed into line: spread anew over the buckets, under lock."""
    changed = {one.key: one.cap for one in taken if _total(one.key, numbers) != _target(one, numbers)}
    if not changed:
        return
    _read(sorted(changed), numbers, lock=True)
    ids: list[int] = []
    totals: list[int] = []
    for key, cap in changed.items():
        buckets = numbers.buckets[key]
        spread = _spread(buckets, max(cap, numbers.taken(key)))
        numbers.buckets[key] = [b._replace(total=t) for b, t in zip(buckets, spread, strict=True)]
        ids += [bucket.id for bucket in buckets]
        totals += spread
    with connection.cursor() as cursor:
        cursor.execute(SPREAD, [ids, totals])


def _total(key: CounterKey, numbers: Numbers) -> int:
    return sum(bucket.total for bucket in numbers.buckets[key])


def _target(one: Taken, numbers: Numbers) -> int:
    return max(one.cap, numbers.taken(one.key))


def _spread(buckets: Sequence[Bucket], total: int) -> list[int]:
    """Totals that sum to `total`: what is taken of each bucket, and an equal part of the rest."""
    free = total - sum(bucket.held + bucket.used for bucket in buckets)
    count = len(buckets)
    return [
        bucket.held + bucket.used + free * (i + 1) // count - free * i // count
        for i, bucket in enumerate(buckets)
    ]


def plan(taken: Iterable[Taken], numbers: Numbers) -> list[DrawOn]:
    """Which buckets give how much, by id; raises NotEnough."""
    draws: list[DrawOn] = []
    for one in taken:
        draws += _plan_one(one, numbers.buckets[one.key])
    return sorted(draws)


def _plan_one(one: Taken, buckets: Sequence[Bucket]) -> list[DrawOn]:
    if len(buckets) == 1:
        if buckets[0].left < one.amount:
            raise NotEnough(one.key)
        return [DrawOn(buckets[0].id, one.amount)]
    start = random.randrange(len(buckets))  # noqa: S311 - spreads the load, guards nothing
    turned = [*buckets[start:], *buckets[:start]]
    for bucket in turned:
        if bucket.left >= one.amount:
            return [DrawOn(bucket.id, one.amount)]
    draws, wanted = [], one.amount
    for bucket in turned:
        part = min(bucket.left, wanted)
        if part > 0:
            draws.append(DrawOn(bucket.id, part))
            wanted -= part
    if wanted:
        raise NotEnough(one.key)
    return draws


def _read(keys: Sequence[CounterKey], numbers: Numbers, *, lock: bool = False) -> None:
    with connection.cursor() as cursor:
        statement = f"{READ} FOR NO KEY UPDATE" if lock else READ
        cursor.execute(statement, [list(column) for column in zip(*keys, strict=True)])
        for key in keys:
            numbers.buckets.pop(key, None)
        _note(cursor.fetchall(), numbers)


def _note(rows: Sequence[tuple[Any, ...]], numbers: Numbers) -> None:
    for offer, measure, sku, span, *bucket in rows:
        numbers.buckets.setdefault(CounterKey(offer, measure, sku, span), []).append(Bucket(*bucket))
