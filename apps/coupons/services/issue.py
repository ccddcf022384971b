"""The one place where coupons come into being, whatever asked for them: all that were wanted, or none.

One statement draws on the budgets at the worst case and writes coupons, ledger entries and events; what it could not
draw undoes it, and it is tried again, the last time with the budgets locked first. Call everything here inside a
transaction that holds no budget yet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction

from apps.core.errors import BusyError
from apps.core.prepared import fetch_prepared
from apps.coupons import allowances
from apps.coupons.allowances import DRAWN, Wish
from apps.coupons.making import ALL_DRAWN, ISSUE, How, Issued, Row, Wanted, draw_names, rows_of, write
from apps.coupons.parts import Draw, NotEnough, in_line, plan
from apps.coupons.refusals import sold_out
from apps.coupons.terms import Template, check_open, open_templates, templates_now

__all__ = [
    "How",
    "Issued",
    "Promised",
    "Wanted",
    "draw_promise",
    "issue",
    "issue_promised",
    "withdraw_promise",
]

ATTEMPTS = 3
# The entries of a promise, or of one kept or withdrawn, over arrays of what was promised.
PROMISES = """entered AS (
    INSERT INTO coupons_couponentry (event, template, customer_code, source, origin, order_code, quantity,
        reserved_amount, spent_amount, reason)
    SELECT %(event)s, template, customer, 'reward', %(order)s, %(order)s, quantity, reserved, 0, ''
    FROM unnest(%(promised)s::text[], %(promised_to)s::text[], %(promised_number)s::bigint[],
        %(promised_amount)s::bigint[]) AS new(template, customer, quantity, reserved)
    WHERE {before}
)"""
PROMISE = f"""
WITH {DRAWN.format(before="TRUE")}, {PROMISES.format(before=ALL_DRAWN)} SELECT {ALL_DRAWN}
"""
NOTE_PROMISES = f"WITH {PROMISES.format(before='TRUE')} SELECT 1"


@dataclass(frozen=True, slots=True)
class Promised:
    """Coupons drawn on one part of a budget for later; all of them reserve `reserved_amount` together."""

    template: str
    customer: str
    quantity: int
    bucket: int
    reserved_amount: int


Found = TypeVar("Found")


def issue(
    wanted: Sequence[Wanted],
    how: How,
    *,
    now: datetime,
    templates: Mapping[str, Template] | None = None,
) -> list[Issued]:
    """Coupons for all of these customers, drawn on the budgets; valid as from `now`.

    `templates` may bring them as the caller has just read them.
    Errors: Refused sold_out, template_closed, unknown_template, each with the `template`.
    """
    numbers = numbers_of(wanted)

    def attempt(templates: Mapping[str, Template], draws: Sequence[Draw]) -> list[Issued]:
        return write(ISSUE, rows_of(wanted, templates, draws), draws, how, now)

    return _draw(numbers, now, attempt, templates)


def draw_promise(
    wanted: Sequence[Wanted],
    *,
    order_code: str,
    now: datetime,
    templates: Mapping[str, Template] | None = None,
) -> list[Promised]:
    """Draw on the budgets for coupons that come later: what an unpaid order promises. Refused as `issue` is.

    `templates` may bring them as the caller has just read them.
    """

    def attempt(templates: Mapping[str, Template], draws: Sequence[Draw]) -> list[Promised]:
        promised = list(_promised(rows_of(wanted, templates, draws)))
        (drawn,) = fetch_prepared(
            PROMISE, {**draw_names(draws), **_promise_names("promise", order_code, promised, 1)}
        )
        if not drawn:
            raise NotEnough
        return promised

    return _draw(numbers_of(wanted), now, attempt, templates)


def issue_promised(promised: Sequence[Promised], how: How, *, now: datetime) -> list[Issued]:
    """The coupons that were promised, without a second draw, whatever became of their templates since."""
    if not promised:
        return []
    templates = templates_now(one.template for one in promised)
    rows = [
        Row(templates[one.template], one.customer, one.bucket, one.reserved_amount // one.quantity)
        for one in promised
        for _ in range(one.quantity)
    ]
    fetch_prepared(NOTE_PROMISES, _promise_names("promise", how.order_code, promised, -1))
    return write(ISSUE, rows, (), how, now)


def withdraw_promise(promised: Sequence[Promised], *, order_code: str) -> None:
    """What was promised goes back to the budgets."""
    if not promised:
        return
    allowances.shift(
        allowances.Change(one.template, one.bucket, -one.quantity, -one.reserved_amount) for one in promised
    )
    fetch_prepared(NOTE_PROMISES, _promise_names("withdraw", order_code, promised, -1))


def numbers_of(wanted: Iterable[Wanted]) -> dict[str, int]:
    """How many coupons of each template."""
    numbers: dict[str, int] = {}
    for one in wanted:
        numbers[one.template] = numbers.get(one.template, 0) + one.quantity
    return dict(sorted(numbers.items()))


def draws_for(templates: Mapping[str, Template], numbers: Mapping[str, int]) -> list[Draw]:
    """Draws that the parts as read would allow, in the order of locking; raises NotEnough."""
    return [
        draw
        for code, quantity in numbers.items()
        for draw in sorted(plan(code, templates[code].parts, quantity, templates[code].reserve))
    ]


def need_lock(templates: Mapping[str, Template], numbers: Mapping[str, int]) -> bool:
    """Whether parts must be made, spread or gathered first; raises sold_out where nothing of that would help."""
    needed = False
    for code, quantity in numbers.items():
        template = templates[code]
        ready = in_line(template.parts, template.terms.budget, template.reserve)
        if template.left < quantity:
            raise sold_out(template=code)
        needed = needed or not ready or not _has_room(template, quantity)
    return needed


def prepared(templates: Mapping[str, Template], numbers: Mapping[str, int]) -> dict[str, Template]:
    """The templates with their parts locked, in line and gathered; raises sold_out."""
    parts = allowances.prepare(
        (
            Wish(code, templates[code].terms.budget, quantity, templates[code].reserve)
            for code, quantity in numbers.items()
        ),
        unseen=not any(templates[code].parts for code in numbers),
    )
    found = {code: templates[code].with_parts(parts[code]) for code in numbers}
    for code, quantity in numbers.items():
        if found[code].left < quantity:
            raise sold_out(template=code)
    return found


def _draw(
    numbers: Mapping[str, int],
    now: datetime,
    attempt: Callable[[Mapping[str, Template], Sequence[Draw]], Found],
    read: Mapping[str, Template] | None = None,
) -> Found:
    """Read, plan, write; what others took meanwhile is planned anew, at last under lock."""
    for number in range(1, ATTEMPTS + 1):
        if number == 1 and read is not None and numbers.keys() <= read.keys():
            check_open(numbers, read, now)
            templates = {code: read[code] for code in numbers}
        else:
            templates = open_templates(numbers, now)
        under_lock = need_lock(templates, numbers) or number == ATTEMPTS
        try:
            with transaction.atomic():
                if under_lock:
                    templates = prepared(templates, numbers)
                return attempt(templates, draws_for(templates, numbers))
        except NotEnough:
            continue
    raise BusyError


def _has_room(template: Template, quantity: int) -> bool:
    return not template.parts or sum(part.room(template.reserve) for part in template.parts) >= quantity


def _promised(rows: Iterable[Row]) -> Iterator[Promised]:
    """One for each customer and part."""
    alike = Counter((row.template.code, row.customer, row.bucket, row.reserve) for row in rows)
    for (template, customer, bucket, reserve), quantity in alike.items():
        yield Promised(template, customer, quantity, bucket, quantity * reserve)


def _promise_names(event: str, order: str, promised: Sequence[Promised], sign: int) -> dict[str, Any]:
    return {
        "event": event,
        "order": order,
        "promised": [one.template for one in promised],
        "promised_to": [one.customer for one in promised],
        "promised_number": [sign * one.quantity for one in promised],
        "promised_amount": [sign * one.reserved_amount for one in promised],
    }
