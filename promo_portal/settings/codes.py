"""Coupon codes: how many wrong ones may be tried in one window."""

from promo_portal.settings.env import env

__all__ = [
    "CODE_ALARM_PER_MINUTE",
    "CODE_GUESSES_PER_ADDRESS",
    "CODE_GUESSES_PER_CUSTOMER",
    "CODE_GUESSES_PER_KEY",
    "CODE_GUESS_SECONDS",
]

CODE_GUESS_SECONDS = env.int("CODE_GUESS_SECONDS", default=600)
CODE_GUESSES_PER_CUSTOMER = env.int("CODE_GUESSES_PER_CUSTOMER", default=10)
# Of an address and of a device: many customers may share one.
CODE_GUESSES_PER_ADDRESS = env.int("CODE_GUESSES_PER_ADDRESS", default=50)
# Of a client of the API: all customers of a shop together.
CODE_GUESSES_PER_KEY = env.int("CODE_GUESSES_PER_KEY", default=2_000)
# More wrong codes than that in a minute, over the whole portal, are told to the webhooks and the log.
CODE_ALARM_PER_MINUTE = env.int("CODE_ALARM_PER_MINUTE", default=200)
