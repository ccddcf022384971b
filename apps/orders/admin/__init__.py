"""Orders in the admin: looked up, explained; refunded and cancelled through the services of the API."""

from apps.orders.admin.order import OrderAdmin
from apps.orders.admin.voiding import VoidingAdmin

__all__ = ["OrderAdmin", "VoidingAdmin"]
