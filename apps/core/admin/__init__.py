"""The audit log, Beat's schedule, and the way out for events, in the admin."""

from apps.core.admin.audit_entry import AuditEntryAdmin
from apps.core.admin.schedule import PeriodicTaskAdmin
from apps.core.admin.webhooks import OutboxEventAdmin, WebhookDeliveryAdmin, WebhookEndpointAdmin

__all__ = [
    "AuditEntryAdmin",
    "OutboxEventAdmin",
    "PeriodicTaskAdmin",
    "WebhookDeliveryAdmin",
    "WebhookEndpointAdmin",
]
