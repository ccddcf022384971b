"""The audit log, Beat's schedule, long works, and the way out for events, in the admin."""

from apps.core.admin.audit_entry import AuditEntryAdmin
from apps.core.admin.jobs import JobAdmin
from apps.core.admin.schedule import PeriodicTaskAdmin
from apps.core.admin.webhooks import OutboxEventAdmin, WebhookDeliveryAdmin, WebhookEndpointAdmin

__all__ = [
    "AuditEntryAdmin",
    "JobAdmin",
    "OutboxEventAdmin",
    "PeriodicTaskAdmin",
    "WebhookDeliveryAdmin",
    "WebhookEndpointAdmin",
]
