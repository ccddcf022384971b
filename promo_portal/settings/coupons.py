"""Coupons: when the shop is told that they expire, and what an agent may grant a day where no quota was set."""

from promo_portal.settings.env import MODE, Mode, env

__all__ = [
    "COMPENSATION_DAILY_AMOUNT",
    "COMPENSATION_DAILY_QUANTITY",
    "COUPON_REMINDER_DAYS",
    "PREVIEW_CLAIMS",
]

COUPON_REMINDER_DAYS = env.int("COUPON_REMINDER_DAYS", default=3)
COMPENSATION_DAILY_QUANTITY = env.int("COMPENSATION_DAILY_QUANTITY", default=20)
# In minor units, at the worst case of the coupons.
COMPENSATION_DAILY_AMOUNT = env.int("COMPENSATION_DAILY_AMOUNT", default=100_000)
# Whether the preview of the claim centre claims for customers whose id begins with test-; real budgets pay for it.
PREVIEW_CLAIMS = env.bool("PREVIEW_CLAIMS", default=MODE == Mode.DEMO)
