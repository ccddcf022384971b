"""The audit log in the admin."""

from apps.core.admin.audit_entry import AuditEntryAdmin

__all__ = ["AuditEntryAdmin"]
