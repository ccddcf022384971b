"""A risk rule of the demo in force: a very large order waits until a person has looked at it."""

from __future__ import annotations

from typing import Any

from apps.accounts.models import User
from apps.approvals import services as approvals
from apps.risk import services

# So much that nobody who tries the demo's shop meets it by accident.
LARGE_ORDER = {
    "code": "large-orders",
    "name": "大额订单人工审核",
    "kind": "order_amount",
    "triggers": ["order"],
    "answer": "review",
    "text": "疑似囤货或代购，请核对收货信息后放行",
    "params": {"payable_amount": 10_000_000},
}


def put_rule_in_force(people: dict[str, User]) -> None:
    """Written by one person and approved by another; nothing where one of them is missing."""
    operator, approver = people.get("operator"), people.get("approver")
    if operator is None or approver is None:
        return
    rule = services.create_rule(content=LARGE_ORDER, actor=operator)
    request: Any = services.submit(rule=rule, actor=operator)
    approvals.approve(request=request, actor=approver, seen_hash=request.content_hash)
