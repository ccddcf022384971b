"""The deny list: customers, devices and addresses that people have put on it."""

from __future__ import annotations

from dataclasses import dataclass

from apps.pricing.kinds.base import Wording
from apps.risk.lifecycle import Mark
from apps.risk.rules.base import Ask, Case, Hit, Question, RuleKind, register


@register
@dataclass(frozen=True)
class DenyList(RuleKind):
    code = "deny_list"
    zh, en = "黑名单", "Deny list"
    zh_about = "黑名单上的顾客、设备和地址"
    en_about = "Customers, devices and addresses on the deny list"

    def question(self, case: Case) -> Question | None:
        subjects = tuple(subject for mark, subject in case.marks.items() if mark is not Mark.AGENT)
        return Question(Ask.LISTED, subjects) if subjects else None

    def hit(self, case: Case, found: int | None) -> Hit | None:
        return Hit({"count": found}) if found else None

    def sentence(self, words: Wording) -> str:
        return words.pick(
            "顾客、设备、网络地址或收货地址在黑名单上",
            "the customer, the device, the network address or the delivery address is on the deny list",
        )
