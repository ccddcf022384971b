"""Claim campaigns that a storefront may show at a placement: open or to come, and meant for this visitor."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from apps.coupons.models import ClaimCampaign
from apps.coupons.selectors import open_or_upcoming
from apps.offers.compile import compile_targeting
from apps.offers.documents.campaign import CampaignMode
from apps.orders.showcase import Place, Showcase, is_for
from apps.pricing.offer import Offer


def campaigns_placed(showcase: Showcase, place: str, *, after: Place) -> list[ClaimCampaign]:
    """What customers can claim there themselves, in the order of its code."""
    campaigns = open_or_upcoming(showcase.now).filter(
        mode=CampaignMode.CLAIM, current__content__placements__contains=[place]
    )
    shown = [campaign for campaign in campaigns if _is_shown(campaign, showcase)]
    return sorted((one for one in shown if campaign_key(one) > after), key=campaign_key)


def campaign_key(campaign: ClaimCampaign) -> Place:
    """Its place among activities; no code has a space, so that of an activity with the same code is another."""
    return 0, f"{campaign.code} "


def _is_shown(campaign: ClaimCampaign, showcase: Showcase) -> bool:
    version = campaign.current
    assert version is not None
    content: dict[str, Any] = version.content
    shop = showcase.visitor.shop
    for item in content["items"]:
        template: Offer | None = showcase.book.offers.offers.get(item["template"])
        if template is None or (shop is not None and template.shop not in (None, shop)):
            return False
        # Whom the campaign is for is its own word; the rest of an offer has no say in who may claim.
        claimed = replace(template, targeting=compile_targeting(content["targeting"]))
        if not is_for(claimed, showcase.cart(claimed.targeting.audiences), showcase.now):
            return False
    return True
