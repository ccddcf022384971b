"""The end of holds that nobody pays: everything that the orders hold is free again, and the ledger says so."""

from __future__ import annotations

from collections.abc import Sequence

from apps.coupons.services import redeeming
from apps.orders import moves
from apps.orders.models import LedgerEvent


def release_holds(orders: Sequence[tuple[int, str]], *, coupons: bool = True) -> None:
    """Release what these orders, (row, code) each and locked, hold. Without `coupons` they are known to have none.

    In the order in which all take their locks: coupons, limits of customers, budgets of templates, counters.
    """
    rows = [pk for pk, _code in orders]
    released = redeeming.release([code for _pk, code in orders]) if coupons else redeeming.NOTHING
    moves.free_limits(rows)
    redeeming.settle(released)
    moves.free_counters(rows)
    moves.copy_hold(rows, LedgerEvent.RELEASE)
