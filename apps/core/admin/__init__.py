"""The audit log and Beat's schedule in the admin."""

from apps.core.admin.audit_entry import AuditEntryAdmin
from apps.core.admin.schedule import PeriodicTaskAdmin

__all__ = ["AuditEntryAdmin", "PeriodicTaskAdmin"]
