"""The portal without the guard on its counters: what a soak must find. Nothing outside the bench can load it."""

import time
from importlib import import_module

from promo_portal.wsgi import application

PAUSE = 0.1  # between the look at a counter and what is taken from it, so that others look, too


def hesitate(place: str) -> None:
    if place == "planned":
        time.sleep(PAUSE)


# Only now that Django is set up.
vars(import_module("apps.orders.guards"))["ROOM"] = "true"
vars(import_module("apps.orders.services.holding"))["crash_point"] = hesitate

__all__ = ["application"]
