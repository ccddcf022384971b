"""Customers and audiences in the admin."""

from apps.audiences.admin.audience import AudienceAdmin
from apps.audiences.admin.customer import CustomerAdmin

__all__ = ["AudienceAdmin", "CustomerAdmin"]
