"""Asking and deciding: the only writers of requests and decisions."""

from apps.approvals.services.asking import close_pending, open_request, withdraw
from apps.approvals.services.deciding import approve, decide, reject
from apps.approvals.services.packets import decide_packet, packet_hash

__all__ = [
    "approve",
    "close_pending",
    "decide",
    "decide_packet",
    "open_request",
    "packet_hash",
    "reject",
    "withdraw",
]
