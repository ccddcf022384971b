"""The holdout: a stable share of an activity's audience that does not get it, so that its effect can be measured."""

from __future__ import annotations

import hashlib

from apps.pricing.money import BPS


def in_holdout(activity: str, customer: str, holdout_bps: int) -> bool:
    """Whether a customer is held out of an activity: the first 8 bytes of SHA-256 of both, modulo 10000,
    below `holdout_bps`."""
    if holdout_bps <= 0:
        return False
    digest = hashlib.sha256(f"{activity}\n{customer}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % BPS < holdout_bps
