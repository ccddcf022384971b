"""What a claim campaign has released so far, in parts: the first claim after a slot opens spreads what it adds.

What a slot leaves over stays where it lies. Rows are locked in the order of campaign, then part, after all templates'.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from django.db import connection

from apps.coupons.campaigns import Share
from apps.coupons.parts import NotEnough, split

MAKE = """
INSERT INTO coupons_campaignallowance (campaign, bucket, total)
SELECT %(campaign)s, bucket, 0 FROM generate_series(%(have)s, %(want)s - 1) AS new(bucket)
ON CONFLICT DO NOTHING
"""
LOCK = """
SELECT id, total, claims FROM coupons_campaignallowance WHERE campaign = %s ORDER BY bucket FOR NO KEY UPDATE
"""
CLAIMED = "SELECT coalesce(sum(claims), 0)::bigint FROM coupons_campaignallowance WHERE campaign = %s"
SPREAD = """
UPDATE coupons_campaignallowance share SET total = new.total
FROM unnest(%(ids)s::bigint[], %(totals)s::bigint[]) AS new(id, total) WHERE share.id = new.id
"""
# The guard; a test that takes it away must see more claims than there are.
CLAIM_ROOM = "share.claims < share.total"
# A claim of one share: a piece of a statement, after which `taken` has a row, which says whether that was its last.
# It begins once {before} holds.
TAKEN = f"""taken AS (
    UPDATE coupons_campaignallowance share SET claims = share.claims + 1
    WHERE share.id = %(share)s AND {CLAIM_ROOM} AND {{before}}
    RETURNING share.id, share.claims = share.total AS last
)"""  # noqa: S608 - clauses of this file


def in_line(shares: Sequence[Share], released: int, parts: int) -> bool:
    """Whether all that the clock has released was spread over as many parts as there should be."""
    return len(shares) >= parts and sum(share.total for share in shares) >= released


def pick(shares: Sequence[Share]) -> int:
    """The id of a share that has a claim left; raises NotEnough."""
    open_shares = [share.id for share in shares if share.claims < share.total]
    if not open_shares:
        raise NotEnough
    return random.choice(open_shares)  # noqa: S311 - spreads the load, guards nothing


def lock(campaign: str, parts: int) -> list[Share]:
    """The shares of a campaign, made if missing, locked until the transaction ends."""
    shares = _lock(campaign)
    if len(shares) < parts:
        _execute(MAKE, {"campaign": campaign, "have": len(shares), "want": parts})
        shares = _lock(campaign)
    return shares


def spread(shares: Sequence[Share], released: int) -> list[Share]:
    """The same shares with all that is released, what is free of it in equal parts. A total never falls."""
    if sum(share.total for share in shares) >= released:
        return list(shares)
    free = split(released - sum(share.claims for share in shares), len(shares))
    found = [
        share._replace(total=share.claims + (more or 0)) for share, more in zip(shares, free, strict=True)
    ]
    _execute(SPREAD, {"ids": [share.id for share in found], "totals": [share.total for share in found]})
    return found


def claimed(campaign: str) -> int:
    """How many claims it has given, as far as is committed or done in this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIMED, [campaign])
        row = cursor.fetchone()
    assert row is not None
    return row[0]


def _lock(campaign: str) -> list[Share]:
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [campaign])
        return [Share(*row) for row in cursor.fetchall()]


def _execute(statement: str, names: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, names)
