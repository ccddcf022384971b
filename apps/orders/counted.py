"""Which offers have numbers that run out; all others touch no counter."""

from apps.pricing.offer import Offer
from apps.pricing.usage import Usage


def counts(offer: Offer, usage: Usage) -> bool:
    """Whether any number of this offer is limited, beyond what one order says by itself."""
    if offer.is_coupon:
        return False
    limits = offer.limits
    return (
        offer.counted
        or limits.needs_customer
        or limits.total_orders is not None
        or usage.stock_total is not None
        or usage.budget_amount is not None
        or bool(usage.stock_per_sku)
    )
