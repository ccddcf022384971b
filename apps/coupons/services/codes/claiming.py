"""Claiming codes: each becomes a coupon of the customer, a single-use one once, whatever races."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.core.crash import crash_point
from apps.core.errors import Refused
from apps.core.prepared import prepared_cursor
from apps.coupons.code_lookup import MOST_LOOKED_UP, USES, OpenCode, find_open
from apps.coupons.lifecycle import Source
from apps.coupons.models import ClaimAttempt
from apps.coupons.refusals import SOLD_OUT, limit_reached, sold_out
from apps.coupons.services.issue import How, Issued, Wanted, issue, numbers_of, prepared
from apps.coupons.terms import Template, open_templates

UNKNOWN_CODE = "unknown_code"
# The guards; a test that takes one away must see its promise broken.
STILL_FREE = "coupon_id IS NULL"
LOCK = """
SELECT id FROM coupons_code WHERE id = ANY(%s) AND NOT revoked AND {free} ORDER BY id FOR NO KEY UPDATE
"""
BIND = "UPDATE coupons_code SET coupon_id = %s WHERE id = %s AND NOT revoked AND {free} RETURNING id"
WITHIN_LIMIT = "had.claims < EXCLUDED.most"
USE = """
INSERT INTO coupons_claimuse AS had (origin, customer_code, day, claims, most) VALUES (%s, %s, '', 1, %s)
ON CONFLICT (customer_code, origin, day) DO UPDATE SET claims = had.claims + 1, most = EXCLUDED.most
    WHERE {within}
"""
ROOM = "claims < quantity"
COUNT = "UPDATE coupons_codebatch SET claims = claims + 1 WHERE id = %s AND state = 'open' AND {room}"
BIND_AND_COUNT = f"WITH bound AS ({BIND}) {COUNT} AND EXISTS (SELECT FROM bound)"


@dataclass(frozen=True, slots=True)
class ClaimedCode:
    """A code as it was presented, and the coupon that it became."""

    presented: str
    coupon: Issued


def claim_code(
    *,
    presented: str,
    customer: str,
    shop: str | None = None,
    admit: Callable[[OpenCode], None] | None = None,
) -> ClaimedCode:
    """Bind one code to a customer; call it inside a transaction. See `claim_codes`."""
    return claim_codes(presented=[presented], customer=customer, shop=shop, admit=admit)[0]


def claim_codes(
    *,
    presented: Sequence[str],
    customer: str,
    shop: str | None = None,
    admit: Callable[[OpenCode], None] | None = None,
    seen: Mapping[str, OpenCode] | None = None,
    templates: Mapping[str, Template] | None = None,
) -> tuple[ClaimedCode, ...]:
    """Bind several codes to a customer, all or none; call it once in a transaction that holds no budget yet.

    Judged by the database's clock. The lock order is kept: rows of codes, the customer's uses, allowances of templates,
    rows of batches. It does not throttle: callers take their turn first (`open_codes` does). `admit` may refuse an
    open code before anything is done with it, `seen` may bring them as they were looked up before: what has become of
    one since is found out where it is locked. So `templates` as the caller has just read them.
    Errors (apps.core.errors.Refused): unknown_code (404), sold_out (409), limit_reached (409).
    """
    if len(presented) > MOST_LOOKED_UP:
        raise unknown_code(customer)
    if seen is None:
        seen = find_open(presented, customer=customer, now=None, shop=shop)
    found = {text: seen[text] for text in presented if text in seen}
    if len(found) < len(presented):
        raise unknown_code(customer)
    codes = sorted(found.values(), key=lambda one: (one.template, one.code_id))
    crash_point("codes_found")
    if admit is not None:
        for code in codes:
            admit(code)
    _lock_single_use(codes, customer)
    for code in codes:
        if code.shared:
            _use(code, customer)
    _lock_budgets(codes, customer)
    coupons = {code.code_id: _issue(code, customer, templates) for code in codes}
    for code in sorted(codes, key=lambda one: one.batch_id):
        _count(code, coupons[code.code_id], customer)
    return tuple(ClaimedCode(text, coupons[found[text].code_id]) for text in presented)


def unknown_code(customer: str) -> Refused:
    """The one answer to every code that cannot be claimed, whatever is wrong with it."""
    return Refused(
        UNKNOWN_CODE, _("There is no such code."), status=404, after=lambda: _attempt(customer, UNKNOWN_CODE)
    )


def _lock_single_use(codes: Sequence[OpenCode], customer: str) -> None:
    """Who comes second to a code waits here, and finds it claimed or revoked."""
    wanted = [code.code_id for code in codes if not code.shared]
    if not wanted:
        return
    with prepared_cursor() as cursor:
        cursor.execute(LOCK.format(free=STILL_FREE), [wanted])
        locked = cursor.rowcount
    if locked < len(wanted):
        raise unknown_code(customer)


def _use(code: OpenCode, customer: str) -> None:
    """Once more of what one customer may have of a shared code."""
    if not _changed(USE.format(within=WITHIN_LIMIT), [USES + code.batch, customer, code.per_customer]):
        raise _noted(limit_reached(), customer, code.batch)


def _lock_budgets(codes: Sequence[OpenCode], customer: str) -> None:
    """Coupons of several codes are drawn one after the other: their budgets are locked before, all in one order."""
    if len(codes) < 2:
        return
    numbers = numbers_of(Wanted(code.template, "") for code in codes)
    try:
        prepared(open_templates(numbers, codes[0].at), numbers)
    except Refused as refused:
        raise _as_of_codes(refused, codes[0], customer) from refused


def _issue(code: OpenCode, customer: str, templates: Mapping[str, Template] | None) -> Issued:
    how = How(source=Source.CODE, origin=code.batch, code_tail=code.tail)
    try:
        return issue([Wanted(code.template, customer)], how, now=code.at, templates=templates)[0]
    except Refused as refused:
        raise _as_of_codes(refused, code, customer) from refused


def _as_of_codes(refused: Refused, code: OpenCode, customer: str) -> Refused:
    """A template that closes at this moment makes its code like any other that cannot be claimed."""
    sold = refused.code == SOLD_OUT
    return _noted(sold_out(), customer, code.batch) if sold else unknown_code(customer)


def _count(code: OpenCode, coupon: Issued, customer: str) -> None:
    """One more of the batch, a single-use code bound with it; a batch revoked at this moment has no code any more."""
    if code.shared:
        if not _changed(COUNT.format(room=ROOM), [code.batch_id]):
            raise _noted(sold_out(), customer, code.batch)
        return
    statement = BIND_AND_COUNT.format(free=STILL_FREE, room=ROOM)
    if not _changed(statement, [coupon.id, code.code_id, code.batch_id]):
        raise unknown_code(customer)


def _changed(statement: str, values: Sequence[Any]) -> bool:
    with prepared_cursor() as cursor:
        cursor.execute(statement, values)
        return bool(cursor.rowcount)


def _noted(refused: Refused, customer: str, batch: str) -> Refused:
    refused.after = lambda: _attempt(customer, refused.code, batch)
    return refused


def _attempt(customer: str, reason: str, batch: str = "") -> None:
    """What customer service answers from; of a wrong code nothing is kept but that it was wrong."""
    ClaimAttempt.objects.create(customer_code=customer, source=Source.CODE, origin=batch, reason=reason)
