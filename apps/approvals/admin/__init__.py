"""The approver's desk: requests, notices, delegations."""

from apps.approvals.admin.delegation import DelegationAdmin
from apps.approvals.admin.notice import NoticeAdmin
from apps.approvals.admin.request import ApprovalRequestAdmin

__all__ = ["ApprovalRequestAdmin", "DelegationAdmin", "NoticeAdmin"]
