"""The portal without the guards on counters and claims: what must be found. Nothing outside the bench can load it."""

import time
from importlib import import_module

from django.db import connection

from promo_portal.wsgi import application

PAUSE = 0.1  # between the look at a counter and what is taken from it, so that others look, too
PATIENCE = 3.0
SOMEBODY_WAITS = (
    "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple'))"
)


def hesitate(place: str) -> None:
    if place == "planned":
        time.sleep(PAUSE)


def wait_for_others() -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(SOMEBODY_WAITS)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)


def unguard_claims() -> None:
    """Both ways of claiming; the last claim keeps its locks until others want what it took."""
    step_by_step = vars(import_module("apps.coupons.services.claiming"))
    at_once = vars(import_module("apps.coupons.services.at_once"))
    rooms = vars(import_module("apps.coupons.allowances"))
    guards = [step_by_step["releases"].CLAIM_ROOM, rooms["QUANTITY_ROOM"], rooms["AMOUNT_ROOM"]]
    whole, sell_out = at_once["statement"], at_once["sell_out"]

    def without(statement: str) -> str:
        for guard in guards:
            statement = statement.replace(guard, "true")
        return statement

    def slowly(code: str) -> bool:
        wait_for_others()
        return bool(sell_out(code))

    step_by_step["CLAIM"] = without(step_by_step["CLAIM"])
    at_once["statement"] = lambda plan, now: without(whole(plan, now))
    step_by_step["sell_out"] = at_once["sell_out"] = slowly


# Only now that Django is set up.
vars(import_module("apps.orders.guards"))["ROOM"] = "true"
vars(import_module("apps.orders.services.holding"))["crash_point"] = hesitate
unguard_claims()

__all__ = ["application"]
