"""Holds whose time is over and that no sweep has released yet: who lacks what they hold has them released first.

So what lapsed is on sale again at once, whether or not the sweep is alive.
"""

from __future__ import annotations

from django.db.models import Exists, QuerySet

from apps.core.clock import DatabaseNow
from apps.coupons.lifecycle import CouponState
from apps.orders.carried import Carried
from apps.orders.inputs import Inputs
from apps.orders.lifecycle import OrderState
from apps.orders.models import Measure, Order
from apps.orders.numbers import CounterKey, Numbers
from apps.orders.services.settling import LAPSE_BATCH, lapse_due
from apps.pricing.quote import Quote

#: of a backlog, one request releases this much; the sweep has the rest
MOST_BATCHES = 5


class OverdueHoldsError(Exception):
    """Holds that are over may keep something from this cart: release them in a transaction of their own, ask again."""


def in_the_way(inputs: Inputs, coupons: Carried, numbers: Numbers, quote: Quote) -> bool:
    """Whether holds that are over may have made the cart dearer: there are some, and something was short."""
    if not inputs.overdue:
        return False
    return (
        any(coupon.state == CouponState.HELD for coupon in coupons.coupons)
        or any(had.units or had.orders for had in numbers.had.values())
        or any(reward.refusal for reward in quote.rewards)
        or any(_left(numbers, key) < _wish(key, quote) for key in numbers.buckets)
    )


def late_of(customer: str) -> Exists:
    """Whether the customer has a hold that is over: what they see of their coupons is then not yet so."""
    return Exists(_late(customer))


def is_late(customer: str) -> bool:
    return _late(customer).exists()


def _late(customer: str) -> QuerySet[Order]:
    held = Order.objects.filter(customer_code=customer, state=OrderState.HELD)
    return held.filter(held_until__lte=DatabaseNow())


def release_overdue() -> bool:
    """Release what is over and nobody else is at; whether there was any."""
    for done in range(MOST_BATCHES):
        released = lapse_due()
        if released < LAPSE_BATCH:
            return released > 0 or done > 0
    return True


def _left(numbers: Numbers, key: CounterKey) -> int:
    return sum(bucket.left for bucket in numbers.buckets[key])


def _wish(key: CounterKey, quote: Quote) -> int:
    """The most that the cart could take of a counter; of gifts what could not be given speaks for itself."""
    if key.measure == Measure.ORDERS:
        return 1
    if key.measure == Measure.BUDGET:
        return quote.list_total + quote.cart.shipping_fee
    return sum(line.quantity for line in quote.cart.lines)
