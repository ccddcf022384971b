"""When the last claim of a campaign is taken it ends; when much of a template's budget is gone its owner is told.

A template with nothing left ends no campaign: a void coupon gives its place back, a revision may raise the budget.
"""

from __future__ import annotations

from django.db import connection, transaction

from apps.approvals.notices import notify
from apps.core.clock import database_now
from apps.coupons.models import ClaimCampaign, CouponTemplate
from apps.offers.lifecycle import Action, EndReason, State
from apps.offers.versions.ending import end
from apps.offers.versions.steps import Step

ALL_CLAIMED = """
SELECT c.code FROM coupons_claimcampaign c WHERE c.status = 'live' AND c.mode = 'claim'
    AND (SELECT sum(s.claims) FROM coupons_campaignallowance s WHERE s.campaign = c.code) >= c.quantity
"""
# Told once for each level: the first part remembers, and forgets when a budget was raised.
LEVELS = """
WITH used AS (
    SELECT a.template, greatest(sum(a.issued_quantity) * 100 / max(t.budget_quantity),
        sum(a.reserved_amount + a.spent_amount) * 100 / max(t.budget_amount), 0) AS percent
    FROM coupons_templateallowance a JOIN coupons_coupontemplate t ON t.code = a.template GROUP BY a.template
), reached AS (
    SELECT template, CASE WHEN percent >= 95 THEN 95 WHEN percent >= 80 THEN 80 WHEN percent >= 50 THEN 50
        ELSE 0 END AS level FROM used
), was AS MATERIALIZED (
    SELECT a.id, a.template, a.told, r.level FROM coupons_templateallowance a JOIN reached r USING (template)
    WHERE a.bucket = 0 AND a.told <> r.level ORDER BY a.template FOR NO KEY UPDATE OF a SKIP LOCKED
), noted AS (
    UPDATE coupons_templateallowance a SET told = was.level FROM was WHERE a.id = was.id
)
SELECT template, level FROM was WHERE level > told
"""


@transaction.atomic
def sell_out(code: str) -> bool:
    """End a live campaign of which everything is claimed; False when it is not live, or others work on it.

    Never waits: the sweep comes back to it.
    """
    rows = ClaimCampaign.objects.select_for_update(of=("self",), skip_locked=True)
    campaign = rows.filter(code=code, status=State.LIVE).first()
    if campaign is None:
        return False
    end(Step(campaign, Action.SELL_OUT, database_now(), None), EndReason.SOLD_OUT)
    return True


def sell_out_all() -> int:
    """The sweep over everything that is all claimed; the number ended."""
    with connection.cursor() as cursor:
        cursor.execute(ALL_CLAIMED)
        codes = [code for (code,) in cursor.fetchall()]
    return sum(sell_out(code) for code in codes)


@transaction.atomic
def tell_levels() -> int:
    """A line in the owner's inbox at 50, 80 and 95 percent of a template's budget; the number of lines."""
    with connection.cursor() as cursor:
        cursor.execute(LEVELS)
        levels: dict[str, int] = dict(cursor.fetchall())
    told = 0
    for template in CouponTemplate.objects.filter(code__in=levels, owner__isnull=False):
        assert template.owner_id is not None
        notify(
            users=[template.owner_id],
            code="template.budget_gone",
            params={"title": template.title, "level": levels[template.code]},
            subject_type=CouponTemplate.kind_of_thing(),
            subject_code=template.code,
        )
        told += 1
    return told
