"""Refunds that gave a coupon back, again and again: the coupon is used to buy, not to keep."""

from __future__ import annotations

from dataclasses import dataclass

from apps.pricing.kinds.base import Wording
from apps.risk.rules.base import Ask, Case, register
from apps.risk.rules.refunds import RefundHistory


@register
@dataclass(frozen=True)
class ReturnedCoupons(RefundHistory):
    code = "returned_coupons"
    zh, en = "频繁退回券", "Coupons returned by refunds"
    zh_about = "用券下单再退款，反复退回券"
    en_about = "Coupons that come back by refunds again and again"
    ask = Ask.RETURNED

    def own(self, case: Case) -> int:
        return int(case.flag("returned_coupon"))

    def sentence(self, words: Wording) -> str:
        return words.pick(
            f"顾客{self.days}天内超过{self.most}次退款退回了券",
            f"more than {self.most} of the customer's refunds within {self.days} days gave a coupon back",
        )
