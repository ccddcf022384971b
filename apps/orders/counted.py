"""Which offers have numbers that run out; all others touch no counter."""

from apps.pricing.offer import Offer
from apps.pricing.usage import Usage


def templates_rewarded(offer: Offer) -> set[str]:
    """The templates whose coupons the offer may give besides money."""
    if not offer.may_reward:
        return set()
    tiers = getattr(offer.kind, "tiers", ())
    return {coupon.template for tier in tiers for coupon in tier.rewards.coupons}


def counts(offer: Offer, usage: Usage) -> bool:
    """Whether any number of this offer is limited, beyond what one order says by itself."""
    if offer.is_coupon:
        # The budget of coupons was reserved at their issue; those that it rewards are another's.
        return bool(templates_rewarded(offer))
    limits = offer.limits
    return (
        offer.counted
        or bool(templates_rewarded(offer))
        or limits.needs_customer
        or limits.total_orders is not None
        or usage.stock_total is not None
        or usage.budget_amount is not None
        or bool(usage.stock_per_sku)
    )
