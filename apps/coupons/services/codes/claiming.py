"""Claiming codes: each becomes a coupon of the customer, a single-use one once, whatever races."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ClaimedCode:
    """A code as it was presented, and the coupon that it became."""

    presented: str
    coupon: Any


def claim_code(*, presented: str, customer: str, shop: str | None = None) -> ClaimedCode:
    """Bind one code to a customer; call it inside a transaction. See `claim_codes`."""
    raise NotImplementedError


def claim_codes(
    *, presented: Sequence[str], customer: str, shop: str | None = None
) -> tuple[ClaimedCode, ...]:
    """Bind several codes to a customer, all or none; call it once inside a transaction, with the customer's lock held.

    Judged by the database's clock. The lock order is kept: rows of codes, the customer's uses, allowances of templates,
    rows of batches. It does not throttle: callers take their turn first (`open_codes` does).
    Errors (apps.core.errors.Refused): unknown_code (404), sold_out (409), limit_reached (409).
    """
    raise NotImplementedError
