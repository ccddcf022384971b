"""The claim centre as one customer sees it: what is open, to come, paused or all taken, at one look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.core.errors import Refused
from apps.core.prepared import fetch_prepared
from apps.coupons.campaigns import Asker, Campaign, Release
from apps.coupons.looks import ASKER, CAMPAIGN, FROM_CAMPAIGN, Where, read_asker, read_campaign, with_clock
from apps.coupons.models import CouponTemplate
from apps.coupons.refusals import LIMIT_REACHED, NOT_ELIGIBLE

MOST = 60
# What is all taken stays in sight until its time is over, as people look for it.
SHOWN = f"""SELECT {{now}}, {ASKER}, ARRAY(
    SELECT {CAMPAIGN} {FROM_CAMPAIGN}
    WHERE c.mode = 'claim' AND c.ends_at > {{now}}
        AND (c.status IN ('approved', 'live', 'paused') OR c.end_reason = 'sold_out')
    ORDER BY c.starts_at, c.code LIMIT %(limit)s
)"""


@dataclass(frozen=True, slots=True)
class Offered:
    """One campaign with what the customer would be told now; without a customer, what anybody would."""

    campaign: Campaign
    now: datetime
    refused: Refused | None

    @property
    def released(self) -> int:
        return self.campaign.terms.released(self.now)

    @property
    def left(self) -> int:
        return self.campaign.left(self.now)

    @property
    def following(self) -> Release | None:
        return self.campaign.terms.next_release(self.now)

    @property
    def share(self) -> int:
        """How much of what is released is taken, in percent."""
        return 100 * self.campaign.claims // self.released if self.released else 0


@dataclass(frozen=True, slots=True)
class Centre:
    """All cards at one look; `contents` are the documents of the templates in them, by code."""

    now: datetime
    asker: Asker
    offered: tuple[Offered, ...]
    contents: Mapping[str, Mapping[str, Any]]


def centre_for(customer: str | None, where: Where) -> Centre:
    """Two statements, however many campaigns there are."""
    names = {"customer": customer, "limit": MOST}
    now, facts, lists, rule_version, rows = fetch_prepared(*with_clock(SHOWN, names))
    asker = read_asker(customer, where, facts, lists, rule_version)
    campaigns = [campaign for campaign in map(read_campaign, rows) if campaign is not None]
    whole = [one for one in campaigns if one.visible_to(None)]
    codes = {item.template for one in whole for item in one.terms.items}
    templates = CouponTemplate.objects.filter(code__in=codes).select_related("current")
    contents = {one.code: one.current.content for one in templates if one.current is not None}
    offered = tuple(Offered(one, now, _told(one, asker, now)) for one in whole)
    return Centre(now, asker, offered, contents)


def _told(campaign: Campaign, asker: Asker, now: datetime) -> Refused | None:
    """Where nobody is named, what depends on who asks is left open."""
    refused = campaign.refusal(asker, now)
    if asker.id is None and refused is not None and refused.code in (NOT_ELIGIBLE, LIMIT_REACHED):
        return None
    return refused
