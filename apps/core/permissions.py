"""Asks for a permission in a service; views and admin only decide what to show."""

from django.contrib.auth.models import AbstractUser

from apps.core.errors import Forbidden


def require_permission(actor: AbstractUser, permission: str) -> None:
    """Raise Forbidden unless `actor` has `permission` (`app.codename`)."""
    if not actor.has_perm(permission):
        raise Forbidden()
