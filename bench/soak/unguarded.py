"""The portal without the guard on its counters: what a soak must find. Nothing outside the bench can load it."""

from importlib import import_module

from promo_portal.wsgi import application

# Only now that Django is set up.
vars(import_module("apps.orders.guards"))["ROOM"] = "true"

__all__ = ["application"]
