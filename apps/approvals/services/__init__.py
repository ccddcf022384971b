"""Asking, deciding, talking, standing in: the only writers of requests and what belongs to them."""

from apps.approvals.services.asking import close_pending, open_request, withdraw
from apps.approvals.services.deciding import approve, decide, reject
from apps.approvals.services.delegating import confirm_delegation, end_delegation, name_delegate
from apps.approvals.services.directing import escalate, hand_over, set_due
from apps.approvals.services.packets import decide_packet, packet_hash, waiting_in
from apps.approvals.services.talking import File, comment

__all__ = [
    "File",
    "approve",
    "close_pending",
    "comment",
    "confirm_delegation",
    "decide",
    "decide_packet",
    "end_delegation",
    "escalate",
    "hand_over",
    "name_delegate",
    "open_request",
    "packet_hash",
    "reject",
    "set_due",
    "waiting_in",
    "withdraw",
]
