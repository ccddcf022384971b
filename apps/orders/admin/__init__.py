"""Orders in the admin: looked up, explained; refunded and cancelled through the services of the API."""

from apps.approvals.admin import presenters
from apps.approvals.registry import watch_risks
from apps.orders.admin.order import OrderAdmin
from apps.orders.admin.voiding import VoidingAdmin
from apps.orders.sample_carts import below_floor, sample_carts

__all__ = ["OrderAdmin", "VoidingAdmin"]

presenters.show_samples(sample_carts)
watch_risks(below_floor)
