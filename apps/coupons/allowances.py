"""What templates and campaigns have left, in parts: a hot one is several rows, and the last coupon still goes out.

A coupon is drawn on one part. Where none has room for it but all of them together have, what is free is gathered in
one, under lock. Parts come into being with the first coupon; when a revision changes the whole, the next who asks
spreads it anew. Rows are always locked in the order of template, then part; a campaign's come after them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db import connection

from apps.core.prepared import prepared_cursor
from apps.coupons.parts import (
    Budget,
    Part,
    count_for,
    gathered,
    in_line,
    left,
    split,
    spread,
    sum_of,
    targets,
)

MAKE = """
INSERT INTO coupons_templateallowance (template, bucket, issued_quantity, reserved_amount, spent_amount)
SELECT new.template, new.bucket, had.quantity, had.reserved, had.spent
FROM unnest(%(templates)s::text[], %(buckets)s::smallint[]) AS new(template, bucket), LATERAL (
    SELECT coalesce(sum(quantity), 0) AS quantity, coalesce(sum(reserved_amount), 0) AS reserved,
        coalesce(sum(spent_amount), 0) AS spent
    FROM coupons_couponentry e WHERE e.template = new.template AND new.bucket = 0
) had
ORDER BY new.template, new.bucket
ON CONFLICT DO NOTHING
"""
# For templates of which no coupon was ever drawn: made whole at once, unless somebody else was first.
MAKE_WHOLE = """
INSERT INTO coupons_templateallowance (template, bucket, total_quantity, total_amount)
SELECT * FROM unnest(%(templates)s::text[], %(buckets)s::smallint[], %(quantities)s::bigint[], %(amounts)s::bigint[])
    AS new(template, bucket, quantity, amount)
WHERE NOT EXISTS (SELECT FROM coupons_couponentry e WHERE e.template = new.template)
ORDER BY template, bucket
ON CONFLICT DO NOTHING
RETURNING template, id, bucket, total_quantity, issued_quantity, total_amount, reserved_amount, spent_amount
"""
LOCK = """
SELECT template, id, bucket, total_quantity, issued_quantity, total_amount, reserved_amount, spent_amount
FROM coupons_templateallowance WHERE template = ANY(%(templates)s)
ORDER BY template, bucket FOR NO KEY UPDATE
"""
SPREAD = """
UPDATE coupons_templateallowance part SET total_quantity = new.quantity, total_amount = new.amount
FROM unnest(%(ids)s::bigint[], %(quantities)s::bigint[], %(amounts)s::bigint[]) AS new(id, quantity, amount)
WHERE part.id = new.id
"""
# The guards themselves; a test that takes one away must see the promise broken.
QUANTITY_ROOM = (
    "(part.total_quantity IS NULL OR part.issued_quantity + wanted.quantity <= part.total_quantity)"
)
AMOUNT_ROOM = """(part.total_amount IS NULL
        OR part.reserved_amount + part.spent_amount + wanted.amount <= part.total_amount)"""
# Draw on parts by id: a piece of a statement, after which `drawn` has a row for each part that gave. It begins once
# {before} holds.
DRAWN = f"""locked AS MATERIALIZED (
    SELECT id FROM coupons_templateallowance WHERE id = ANY(%(parts)s::bigint[]) AND {{before}}
    ORDER BY template, bucket FOR NO KEY UPDATE
), drawn AS (
    UPDATE coupons_templateallowance part
    SET issued_quantity = part.issued_quantity + wanted.quantity,
        reserved_amount = part.reserved_amount + wanted.amount
    FROM unnest(%(parts)s::bigint[], %(quantities)s::bigint[], %(amounts)s::bigint[]) AS wanted(id, quantity, amount)
        JOIN locked ON locked.id = wanted.id
    WHERE part.id = wanted.id AND {QUANTITY_ROOM}
        AND {AMOUNT_ROOM}
    RETURNING part.id
)"""  # noqa: S608 - clauses of this file
SHIFT = """
WITH wanted AS MATERIALIZED (
    SELECT * FROM unnest(%(templates)s::text[], %(buckets)s::smallint[], %(quantities)s::bigint[],
        %(reserved)s::bigint[], %(spent)s::bigint[]) AS w(template, bucket, quantity, reserved, spent)
), locked AS MATERIALIZED (
    SELECT a.id FROM coupons_templateallowance a JOIN wanted w ON a.template = w.template AND a.bucket = w.bucket
    ORDER BY a.template, a.bucket FOR NO KEY UPDATE OF a
), shifted AS (
    UPDATE coupons_templateallowance part SET issued_quantity = part.issued_quantity + w.quantity,
        reserved_amount = part.reserved_amount + w.reserved, spent_amount = part.spent_amount + w.spent,
        total_amount = CASE WHEN part.total_amount IS NOT NULL THEN greatest(part.total_amount,
            part.reserved_amount + w.reserved + part.spent_amount + w.spent) END
    FROM wanted w, locked WHERE part.template = w.template AND part.bucket = w.bucket AND locked.id = part.id
        AND part.issued_quantity + w.quantity >= 0 AND part.reserved_amount + w.reserved >= 0
        AND part.spent_amount + w.spent >= 0
    RETURNING part.id
)
SELECT (SELECT count(*) FROM locked), (SELECT count(*) FROM shifted)
"""


class Change(NamedTuple):
    """Signed changes of one part of a template's allowance."""

    template: str
    bucket: int
    quantity: int = 0
    reserved: int = 0
    spent: int = 0


class Wish(NamedTuple):
    """What is wanted of one template, under the budget that was approved."""

    template: str
    budget: Budget
    quantity: int
    reserve: int


def prepare(wishes: Iterable[Wish], *, unseen: bool = False) -> dict[str, list[Part]]:
    """The parts of these templates, locked: made if missing, in line with the budgets, gathered where that helps.

    Whoever finds too little after that has met the end. `unseen`: none of them had any when they were read.
    """
    wanted = {wish.template: wish for wish in wishes}
    if unseen and (made := _made_whole(wanted.values())):
        return made
    parts = _lock(wanted)
    missing = [
        (code, bucket)
        for code, wish in sorted(wanted.items())
        for bucket in range(len(parts[code]), count_for(wish.budget, wish.reserve))
    ]
    if missing:
        _execute(MAKE, {"templates": [code for code, _ in missing], "buckets": [b for _, b in missing]})
        parts = _lock(wanted)
    return {code: _arrange(parts[code], wish) for code, wish in wanted.items()}


def _made_whole(wishes: Iterable[Wish]) -> dict[str, list[Part]] | None:
    """New parts with the whole budget in them; None where some of them were there by then, or had a past."""
    rows = [
        (wish.template, bucket, quantity, amount)
        for wish in sorted(wishes)
        for count in (count_for(wish.budget, wish.reserve),)
        for bucket, (quantity, amount) in enumerate(
            zip(split(wish.budget.quantity, count), split(wish.budget.amount, count), strict=True)
        )
    ]
    if not rows:
        return None
    names = ("templates", "buckets", "quantities", "amounts")
    made: dict[str, list[Part]] = {wish.template: [] for wish in wishes}
    with connection.cursor() as cursor:
        cursor.execute(MAKE_WHOLE, dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
        found = cursor.fetchall()
    for template, *part in sorted(found, key=lambda row: (row[0], row[2])):
        made[template].append(Part(*part))
    return (
        made if len(found) == len(rows) and all(_fits(made[wish.template], wish) for wish in wishes) else None
    )


def _fits(parts: Sequence[Part], wish: Wish) -> bool:
    return not parts or sum(part.room(wish.reserve) for part in parts) >= wish.quantity


def make_room(template: str, bucket: int, amount: int) -> bool:
    """Whether this part can take `amount` more money: what is free elsewhere is gathered in it, under lock.

    False where the template as a whole has no room for it.
    """
    if amount <= 0:
        return True
    parts = _lock([template])[template]
    here = next((part for part in parts if part.bucket == bucket), None)
    if here is None or here.total_amount is None:
        return True
    if here.total_amount - here.taken_amount >= amount:
        return True
    frees = sum_of([None if p.total_amount is None else p.total_amount - p.taken_amount for p in parts])
    if frees is None or frees < amount:
        return frees is None
    _write_totals(parts, gathered(parts, parts.index(here)))
    return True


def shift(changes: Iterable[Change]) -> None:
    """Settle, release, give back: all or nothing, templates without limits left out.

    A coupon that cost more than it reserved raises the whole to what is spent: it is never refused at the checkout.
    """
    sums: dict[tuple[str, int], list[int]] = {}
    for change in changes:
        sums.setdefault(change[:2], [0, 0, 0])
        sums[change[:2]] = [a + b for a, b in zip(sums[change[:2]], change[2:], strict=True)]
    rows = [(*key, *numbers) for key, numbers in sorted(sums.items()) if any(numbers)]
    if not rows:
        return
    names = ("templates", "buckets", "quantities", "reserved", "spent")
    with prepared_cursor() as cursor:
        cursor.execute(SHIFT, dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
        locked, shifted = cursor.fetchone()
    if locked != shifted:
        raise RuntimeError(f"{locked} parts of budgets were to change, {shifted} could")


def _lock(templates: Iterable[str]) -> dict[str, list[Part]]:
    found: dict[str, list[Part]] = {code: [] for code in templates}
    with connection.cursor() as cursor:
        cursor.execute(LOCK, {"templates": list(found)})
        for template, *part in cursor.fetchall():
            found[template].append(Part(*part))
    return found


def _arrange(parts: list[Part], wish: Wish) -> list[Part]:
    arranged = parts
    if not in_line(parts, wish.budget, wish.reserve):
        arranged = spread(parts, targets(parts, wish.budget))
    rooms = [part.room(wish.reserve) for part in arranged]
    if sum(rooms) < wish.quantity <= left(arranged, wish.budget, wish.reserve):
        arranged = gathered(arranged, 0)
    _write_totals(parts, arranged)
    return arranged


def _write_totals(before: Sequence[Part], after: Sequence[Part]) -> None:
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    if changed:
        _execute(
            SPREAD,
            {
                "ids": [part.id for part in changed],
                "quantities": [part.total_quantity for part in changed],
                "amounts": [part.total_amount for part in changed],
            },
        )


def _execute(statement: str, names: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, names)
