"""The statement that makes coupons: rows, ledger entries and events, once all of what they reserve was drawn."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.core.crash import crash_point
from apps.core.prepared import fetch_prepared
from apps.coupons.allowances import DRAWN
from apps.coupons.lifecycle import Source
from apps.coupons.parts import Draw, NotEnough
from apps.coupons.terms import Template

ID_BYTES = 13
ID_LENGTH = 20

ALL_DRAWN = "(SELECT count(*) FROM drawn) = cardinality(%(parts)s::bigint[])"
# The entries and events of the coupons in `made`: pieces of a statement.
NOTED = """entered AS (
    INSERT INTO coupons_couponentry (event, coupon_id, template, customer_code, source, origin, order_code, quantity,
        reserved_amount, spent_amount, actor_id, reason)
    SELECT 'issue', id, template, customer_code, %(source)s, %(origin)s, %(order)s, 1, reserved_amount, 0,
        %(actor)s::bigint, %(reason)s
    FROM made
), told AS (
    INSERT INTO core_outboxevent (topic, subject, payload)
    SELECT 'coupon.issued', code, jsonb_build_object('coupon', code, 'template', template,
        'customer', customer_code, 'source', %(source)s::text, 'origin', %(origin)s::text, 'order', %(order)s::text,
        'valid_from', valid_from, 'valid_until', valid_until)
    FROM made
)"""
# Coupons, entries and events of what was drawn: a piece of a statement, begun once {before} holds.
MADE = f"""made AS (
    INSERT INTO coupons_coupon (code, template, version, customer_code, state, valid_from, valid_until, source, origin,
        code_tail, reserved_amount, bucket)
    SELECT code, template, version, customer, 'unused', valid_from, valid_until, %(source)s, %(origin)s,
        %(code_tail)s, reserved, bucket
    FROM unnest(%(codes)s::text[], %(templates)s::text[], %(versions)s::int[], %(customers)s::text[],
        %(valid_from)s::timestamptz[], %(valid_until)s::timestamptz[], %(reserved)s::bigint[],
        %(buckets)s::smallint[])
        AS new(code, template, version, customer, valid_from, valid_until, reserved, bucket)
    WHERE {{before}}
    RETURNING id, code, template, customer_code, valid_from, valid_until, reserved_amount
), {NOTED}"""  # noqa: S608 - a clause of this file
# What such a statement gives: whether all were made, their ids and codes.
RESULT = """(SELECT count(*) FROM made) = cardinality(%(codes)s::text[]),
    ARRAY(SELECT id FROM made), ARRAY(SELECT code FROM made)"""
ISSUE = f"""
WITH {DRAWN.format(before="TRUE")}, {MADE.format(before=ALL_DRAWN)}
SELECT {RESULT}
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """So many coupons of a template for a customer."""

    template: str
    customer: str
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class How:
    """Where coupons come from: `origin` is the campaign, batch, order or push; `actor_id` a person, if one did it."""

    source: Source
    origin: str = ""
    actor_id: int | None = None
    reason: str = ""
    code_tail: str = ""
    order_code: str = ""


@dataclass(frozen=True, slots=True)
class Issued:
    """A coupon that was made, as its customer may see it, with its row's id."""

    id: int
    code: str
    template: str
    name: str
    customer: str
    valid_from: datetime
    valid_until: datetime | None
    source: Source
    code_tail: str
    reserved_amount: int


@dataclass(frozen=True, slots=True)
class Row:
    """One coupon to be."""

    template: Template
    customer: str
    bucket: int
    reserve: int


def rows_of(wanted: Iterable[Wanted], templates: Mapping[str, Template], draws: Sequence[Draw]) -> list[Row]:
    """One row for each coupon, on the part that gives it."""
    buckets: dict[str, list[int]] = {code: [] for code in templates}
    for draw in draws:
        buckets[draw.template] += [draw.bucket] * draw.quantity
    turns = {code: iter(numbers) for code, numbers in buckets.items()}
    return [
        Row(templates[one.template], one.customer, next(turns[one.template]), templates[one.template].reserve)
        for one in wanted
        for _ in range(one.quantity)
    ]


def write(
    statement: str,
    rows: Sequence[Row],
    draws: Iterable[Draw],
    how: How,
    now: datetime,
    more: Mapping[str, Any] | None = None,
) -> list[Issued]:
    """Run ISSUE, or another statement with its RESULT and `more` parameters; raises NotEnough."""
    validities = [row.template.validity(now) for row in rows]
    codes = [new_id() for _ in rows]
    names = {
        **draw_names(draws),
        "codes": codes,
        "templates": [row.template.code for row in rows],
        "versions": [row.template.version for row in rows],
        "customers": [row.customer for row in rows],
        "valid_from": [starts_at for starts_at, _ in validities],
        "valid_until": [ends_at for _, ends_at in validities],
        "reserved": [row.reserve for row in rows],
        "buckets": [row.bucket for row in rows],
        "source": how.source.value,
        "origin": how.origin,
        "code_tail": how.code_tail,
        "order": how.order_code,
        "actor": how.actor_id,
        "reason": how.reason,
        **(more or {}),
    }
    all_made, ids, made = fetch_prepared(statement, names)
    if not all_made:
        raise NotEnough
    id_of = dict(zip(made, ids, strict=True))
    crash_point("issued")
    return [
        Issued(
            id_of[code],
            code,
            row.template.code,
            row.template.terms.name,
            row.customer,
            *validity,
            how.source,
            how.code_tail,
            row.reserve,
        )
        for code, row, validity in zip(codes, rows, validities, strict=True)
    ]


def new_id() -> str:
    """A hundred random bits: nobody guesses a coupon."""
    return base64.b32encode(secrets.token_bytes(ID_BYTES)).decode()[:ID_LENGTH].lower()


def draw_names(draws: Iterable[Draw]) -> dict[str, Any]:
    """The draws as parameters of DRAWN; those without limits have none."""
    counted = [draw for draw in draws if draw.part is not None]
    return {
        "parts": [draw.part for draw in counted],
        "quantities": [draw.quantity for draw in counted],
        "amounts": [draw.amount for draw in counted],
    }
