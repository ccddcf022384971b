"""Requests, decisions, the talk about them, notices, and who stands in for whom."""

from apps.approvals.models.delegation import Delegation
from apps.approvals.models.notice import Notice
from apps.approvals.models.request import ApprovalDecision, ApprovalRequest
from apps.approvals.models.thread import Attachment, Comment

__all__ = ["ApprovalDecision", "ApprovalRequest", "Attachment", "Comment", "Delegation", "Notice"]
