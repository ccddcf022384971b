"""How coupons and the campaigns that hand them out look as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from apps.coupons.campaigns import Asker, Campaign
from apps.coupons.lifecycle import CouponState
from apps.coupons.refusals import NOT_ELIGIBLE
from apps.coupons.selectors import HeldCoupon
from apps.coupons.services.issue import Issued


def issued_shape(issued: Issued) -> dict[str, Any]:
    """A coupon that was just made: unused, and no order's."""
    return {
        "coupon": issued.code,
        "template": issued.template,
        "name": issued.name,
        "state": CouponState.UNUSED.value,
        "valid_from": issued.valid_from,
        "valid_until": issued.valid_until,
        "source": issued.source.value,
        "order": None,
        "code": issued.code_tail or None,
    }


def claimed_shape(issued: Sequence[Issued]) -> dict[str, Any]:
    """One coupon as itself, the coupons of a pack as a list."""
    if len(issued) == 1:
        return issued_shape(issued[0])
    return {"coupons": [issued_shape(one) for one in issued]}


def held_shape(coupon: HeldCoupon) -> dict[str, Any]:
    return {
        "coupon": coupon.code,
        "template": coupon.template,
        "name": coupon.name,
        "state": coupon.state,
        "valid_from": coupon.valid_from,
        "valid_until": coupon.valid_until,
        "source": coupon.source,
        "order": coupon.order or None,
        "code": coupon.code_tail or None,
    }


def open_campaign_shape(campaign: Campaign, asker: Asker, now: datetime) -> dict[str, Any]:
    """A campaign with what is left of it, and what this customer would be told now."""
    terms, following = campaign.terms, campaign.terms.next_release(now)
    refused = None if asker.id is None else campaign.refusal(asker, now)
    mismatch = refused.members.get("reason") if refused and refused.code == NOT_ELIGIBLE else None
    return {
        "code": campaign.code,
        "name": terms.name,
        "items": [{"template": template, "quantity": quantity} for template, quantity in terms.items],
        "starts_at": terms.starts_at,
        "ends_at": terms.ends_at,
        "status": "approved" if now < terms.starts_at else "live",
        "quantity": terms.quantity,
        "left": campaign.left(now),
        "next_release": following and {"at": following.at, "quantity": following.quantity},
        "per_customer": terms.per_customer,
        "per_customer_per_day": terms.per_day,
        "may_claim": None if asker.id is None else refused is None,
        "reason": refused and refused.code,
        "detail": mismatch,
    }
