"""Coupon codes that a cart presents: which of them are open to this customer, in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.core.clock import now_sql
from apps.core.prepared import prepared_cursor
from apps.core.throttle import TooManyTries
from apps.coupons.codes_text import digest_of
from apps.coupons.services.codes.guessing import Guesser, note_misses, take_turn
from apps.coupons.terms import TEMPLATES, read_templates

MOST_LOOKED_UP = 5
UNCLAIMED = "(b.shared OR c.coupon_id IS NULL)"
# A code is open or it is not: whatever is wrong with it, the same statement finds nothing.
OPEN = f"""
SELECT c.digest, c.id, b.id, b.code, b.template, b.shared, b.per_customer, c.tail, {{now}}, {{budget}}
FROM coupons_code c
JOIN coupons_codebatch b ON b.id = c.batch_id
JOIN coupons_coupontemplate t ON t.code = b.template
WHERE c.digest = ANY(%(digests)s) AND NOT c.revoked AND {UNCLAIMED} AND b.state = 'open'
    AND (b.starts_at IS NULL OR b.starts_at <= {{now}}) AND (b.ends_at IS NULL OR b.ends_at > {{now}})
    AND t.status = 'approved' AND (%(shop)s::text IS NULL OR t.shop_code IN ('', %(shop)s::text))
    {{more}}
"""  # noqa: S608 - clauses of ours
NOT_ASKED = "NULL"
# The template with what its budget has left.
BUDGET = TEMPLATES.format(codes="ARRAY[b.template]")
#: what a customer has had of a shared code stands under this and the batch's code
USES = "batch:"
# A quote must not promise what the claim would refuse: a shared code that is used up, in all or by this customer.
LEFT = f"""AND (NOT b.shared OR b.claims < b.quantity AND NOT EXISTS (SELECT FROM coupons_claimuse u
    WHERE u.customer_code = %(customer)s AND u.origin = '{USES}' || b.code AND u.day = ''
        AND u.claims >= b.per_customer))"""


@dataclass(frozen=True, slots=True)
class OpenCode:
    """A code that may be claimed, as looked at `at`: of `batch` (its code), for one coupon of `template` (its code)."""

    presented: str
    code_id: int
    batch: str
    batch_id: int
    template: str
    shared: bool
    per_customer: int
    tail: str
    at: datetime


def open_codes(
    presented: Sequence[str],
    *,
    customer: str | None,
    now: datetime | None = None,
    shop: str | None = None,
    client: int | None = None,
    marks: Mapping[str, str | None] | None = None,
) -> Mapping[str, OpenCode]:
    """Those of `presented` that this customer could claim now, by the text presented; the rest is `unknown_coupon`.

    At most 5 are looked up, in their order. `client` is the API client, `marks` the cart's risk marks: entries that
    are no open code count to the throttle of these and of the customer, and beyond it, or without the cache, none is
    open. Writes nothing. Call it with what is left when the customer's own coupons are taken out; give `now` only
    when it is not the database's clock (a preview).
    """
    asked = list(dict.fromkeys(presented))[:MOST_LOOKED_UP]
    if not asked:
        return {}
    try:
        turn = take_turn(Guesser(customer, client, marks or {}), times=len(asked))
    except TooManyTries:
        return {}
    found = find_open(asked, customer=customer or "", now=now, shop=shop, more=LEFT, budget=BUDGET)
    note_misses(turn, len(asked) - len(found))
    return found


def find_open(
    presented: Sequence[str],
    *,
    customer: str,
    now: datetime | None,
    shop: str | None,
    more: str = "",
    budget: str = NOT_ASKED,
) -> dict[str, OpenCode]:
    """The look-up itself, for callers who have taken their turn; two spellings of one code are one code.

    With the `budget` read, codes whose template has no coupon left are not among them.
    """
    clock, moment = ("%(now)s::timestamptz", [now]) if now is not None else now_sql()
    names: dict[str, Any] = {"customer": customer, "shop": shop, "now": moment[0] if moment else None}
    wanted: dict[bytes, str] = {}
    for text in presented:
        wanted.setdefault(digest_of(text), text)
    names["digests"] = list(wanted)
    statement = OPEN.format(now=clock.replace("%s", "%(now)s"), more=more, budget=budget)
    with prepared_cursor() as cursor:
        cursor.execute(statement, names)
        rows = cursor.fetchall()
    by_digest = {bytes(row[0]): row[1:-1] for row in rows if _has_room(row[-1])}
    return {text: _open(text, by_digest[digest]) for digest, text in wanted.items() if digest in by_digest}


def _has_room(budget: Sequence[str] | None) -> bool:
    return budget is None or all(template.left for template in read_templates(budget).values())


def _open(presented: str, row: tuple[Any, ...]) -> OpenCode:
    code_id, batch_id, batch, template, shared, per_customer, tail, at = row
    return OpenCode(presented, code_id, batch, batch_id, template, shared, per_customer, tail, at)
