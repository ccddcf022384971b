"""Words that the sentences of several kinds share, Chinese and English."""

from __future__ import annotations

from apps.pricing.kinds.base import Wording
from apps.risk.lifecycle import Answer, Mark, Trigger

MARKS: dict[Mark, tuple[str, str]] = {
    Mark.CUSTOMER: ("顾客", "customer"),
    Mark.DEVICE: ("设备", "device"),
    Mark.IP: ("网络地址", "network address"),
    Mark.ADDRESS_HASH: ("收货地址", "delivery address"),
    Mark.AGENT: ("客服", "service agent"),
}
TRIGGERS: dict[Trigger, tuple[str, str]] = {
    Trigger.CLAIM: ("领取", "claim"),
    Trigger.GRANT: ("发放", "grant"),
    Trigger.ORDER: ("下单", "order"),
    Trigger.REFUND: ("退款", "refund"),
}
ANSWERS: dict[Answer, tuple[str, str]] = {
    Answer.WATCH: ("放行并记录", "note it and let it pass"),
    Answer.REVIEW: ("转人工审核", "hold it back for a review"),
    Answer.DENY: ("拒绝", "deny it"),
}
TIMES: dict[str, tuple[str, str, str]] = {
    "minute": ("分钟", "minute", "minutes"),
    "hour": ("小时", "hour", "hours"),
    "day": ("天", "day", "days"),
}


def within(number: int, unit: str, words: Wording) -> str:
    """`10分钟`, `1 hour`, `10 minutes`."""
    zh, one, many = TIMES[unit]
    return words.pick(f"{number}{zh}", f"{number} {one if number == 1 else many}")
