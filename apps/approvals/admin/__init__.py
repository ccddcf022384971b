"""The approver's inbox, and the notices of each person."""

from apps.approvals.admin.notice import NoticeAdmin
from apps.approvals.admin.request import ApprovalRequestAdmin

__all__ = ["ApprovalRequestAdmin", "NoticeAdmin"]
