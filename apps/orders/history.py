"""The offers as they were approved and stood at a past instant, read from the versions, the stops and the audit log.

A shop's `as_of` asks what today's versions say of an instant; this says what was said then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from apps.offers.compile import compile_activity, compile_template
from apps.orders.book_rows import CHUNK, read_row
from apps.pricing.book import OfferBook
from apps.pricing.offer import Offer, Owner
from apps.pricing.usage import UNUSED, Usage

# The version that had been approved last by then, and how the activity stood: what the audit log said of it last.
ACTIVITIES = """
SELECT 'activity',
       CASE WHEN activity.ended_at <= %(moment)s THEN 'ended' ELSE coalesce((
           SELECT entry.after->>'status' FROM core_auditentry entry
           WHERE entry.subject_type = 'activities.activity' AND entry.subject_code = activity.code
               AND entry.at <= %(moment)s AND entry.after->>'status' IS NOT NULL
           ORDER BY entry.id DESC LIMIT 1), 'live') END,
       activity.end_reason, activity.ended_at, version.content::text,
       (SELECT json_agg(json_build_array(stop.kind, stop.sku, stop.value))::text
        FROM activities_activitystop stop WHERE stop.activity_id = activity.id
            AND stop.placed_at <= %(moment)s AND (stop.lifted_at IS NULL OR stop.lifted_at > %(moment)s)),
       version.number
FROM activities_activity activity JOIN LATERAL (
    SELECT v.content, v.number FROM activities_activityversion v
    WHERE v.subject_id = activity.id AND v.approved_at <= %(moment)s AND v.state IN ('approved', 'superseded')
    ORDER BY v.approved_at DESC, v.number DESC LIMIT 1) version ON true
"""
TEMPLATES = """
SELECT 'template', template.status, NULL, NULL::timestamptz, version.content::text, NULL, version.number
FROM coupons_coupontemplate template JOIN LATERAL (
    SELECT v.content, v.number FROM coupons_templateversion v
    WHERE v.subject_id = template.id AND v.approved_at <= %(moment)s AND v.state IN ('approved', 'superseded')
    ORDER BY v.approved_at DESC, v.number DESC LIMIT 1) version ON true
"""
RUNNING = """
WHERE (version.content->>'starts_at')::timestamptz <= %(moment)s
    AND (version.content->>'ends_at')::timestamptz > %(moment)s
"""


@dataclass(frozen=True, slots=True)
class PastBook:
    """What could price at `moment`; `versions` are the numbers of the versions by offer."""

    moment: datetime
    offers: OfferBook
    usages: Mapping[str, Usage]
    versions: Mapping[str, int]
    targeted: Mapping[str, int]


def book_then(moment: datetime) -> PastBook:
    """The activities that ran at `moment` and all templates, in the versions then live."""
    usages: dict[str, Usage] = {}
    versions: dict[str, int] = {}
    targeted: dict[str, int] = {}
    offers = []
    statement = f"{ACTIVITIES} {RUNNING} UNION ALL {TEMPLATES}"
    for row in _rows(statement, {"moment": moment}):
        found = read_row(row[:6])
        offers.append(found.offer)
        versions[found.offer.code] = row[6]
        targeted.update(dict.fromkeys(found.offer.targeting.audiences, 1))
        if found.usage is not UNUSED:
            usages[found.offer.code] = found.usage
    return PastBook(moment, OfferBook.build(offers), usages, versions, targeted)


def offers_then(codes: Iterable[str], moment: datetime) -> dict[str, Offer]:
    """These offers in the versions live at `moment`; one that had none is not among them."""
    names = {"moment": moment, "codes": list(codes)}
    if not names["codes"]:
        return {}
    statement = f"""{ACTIVITIES} WHERE activity.code = ANY(%(codes)s)
        UNION ALL {TEMPLATES} WHERE template.code = ANY(%(codes)s)"""
    return {offer.code: offer for offer in map(_offer, _rows(statement, names))}


def _rows(statement: str, names: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, names)
        while rows := cursor.fetchmany(CHUNK):
            yield from rows


def _offer(row: tuple[Any, ...]) -> Offer:
    document = orjson.loads(row[4])
    return compile_template(document) if row[0] == Owner.TEMPLATE else compile_activity(document)
