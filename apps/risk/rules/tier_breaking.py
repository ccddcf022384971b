"""Refunds after which the order no longer reaches the tier that had given a discount or a reward."""

from __future__ import annotations

from dataclasses import dataclass

from apps.pricing.kinds.base import Wording
from apps.risk.rules.base import Ask, Case, register
from apps.risk.rules.refunds import RefundHistory


@register
@dataclass(frozen=True)
class TierBreaking(RefundHistory):
    code = "tier_breaking"
    zh, en = "凑单退款", "Refunds that break a tier"
    zh_about = "凑单享优惠后退掉一部分"
    en_about = "Refunds of what had been bought to reach a tier"
    ask = Ask.BROKE

    def own(self, case: Case) -> int:
        return int(case.flag("broke_tier"))

    def sentence(self, words: Wording) -> str:
        return words.pick(
            f"顾客{self.days}天内超过{self.most}次部分退款使订单不再满足已享优惠的门槛",
            f"more than {self.most} of the customer's partial refunds within {self.days} days took an order below "
            "the tier whose discount or reward it keeps or had",
        )
