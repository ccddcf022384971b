"""One consistent look at a claim campaign and the customer who asks: all that a claim must know, in one statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.conf import settings

from apps.audiences.selectors import CUSTOMER_FACTS, CUSTOMER_LISTS, RULE_VERSION
from apps.core.clock import now_sql
from apps.coupons.campaigns import Asker, Campaign, Share, terms_in
from apps.coupons.terms import TEMPLATES, read_templates

ASKER = f"{CUSTOMER_FACTS}, {CUSTOMER_LISTS}, {RULE_VERSION}"
# Of a campaign `c` with its version `v`: the row, its shares, the customer's claims so far and of the day, templates.
CAMPAIGN = """json_build_array(c.code, c.status, c.end_reason, v.id, v.content::text,
    (SELECT json_agg(json_build_array(s.id, s.total, s.claims) ORDER BY s.bucket)
        FROM coupons_campaignallowance s WHERE s.campaign = c.code),
    (SELECT json_object_agg(u.day, u.claims) FROM coupons_claimuse u
        WHERE u.customer_code = %(customer)s AND u.origin = c.code
            AND u.day IN ('', to_char({now} AT TIME ZONE %(zone)s, 'YYYY-MM-DD'))),
    {templates})::text""".replace(
    "{templates}",
    TEMPLATES.format(codes="ARRAY(SELECT jsonb_array_elements(v.content->'items')->>'template')"),
)
FROM_CAMPAIGN = "FROM coupons_claimcampaign c JOIN coupons_campaignversion v ON v.id = c.current_id"
LOOK = f"SELECT {{now}}, {ASKER}, (SELECT {CAMPAIGN} {FROM_CAMPAIGN} WHERE c.code = %(campaign)s)"


@dataclass(frozen=True, slots=True)
class Where:
    """From where a customer asks, as far as is said."""

    channel: str | None = None
    terminal: str | None = None
    region: str | None = None


ANYWHERE = Where()


def look_statement(customer: str | None, campaign: str = "") -> tuple[str, dict[str, Any]]:
    """LOOK with its parameters."""
    return with_clock(LOOK, {"customer": customer, "campaign": campaign})


def with_clock(statement: str, names: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The statement with the clock and the portal's time zone for its holes."""
    now, moment = now_sql()
    found = {**names, "zone": settings.TIME_ZONE}
    if moment:
        now, found["now"] = now.replace("%s", "%(now)s"), moment[0]
    return statement.format(now=now), found


def read_asker(
    customer: str | None, where: Where, facts: str | None, lists: list[str], rule_version: int
) -> Asker:
    stored = orjson.loads(facts) if facts else None
    return Asker(customer, stored, lists, rule_version, where.channel, where.terminal, where.region)


def read_campaign(document: str | None) -> Campaign | None:
    """What CAMPAIGN gave."""
    if document is None:
        return None
    code, status, end_reason, version, content, shares, had, templates = orjson.loads(document)
    return Campaign(
        code=code,
        status=status,
        end_reason=end_reason or "",
        version=version,
        terms=terms_in(content),
        shares=tuple(Share(*share) for share in shares or ()),
        templates=read_templates(templates),
        had=had or {},
    )


@dataclass(frozen=True, slots=True)
class Look:
    """What one claim is judged by."""

    now: datetime
    asker: Asker
    campaign: Campaign | None


def read_look(customer: str, where: Where, row: tuple[Any, ...]) -> Look:
    now, facts, lists, rule_version, campaign = row
    asker = read_asker(customer, where, facts, lists, rule_version)
    return Look(now, asker, read_campaign(campaign))
