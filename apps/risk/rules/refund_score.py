"""Frequent refunds: a score of the customer's refunds in which returned coupons and broken tiers weigh more."""

from __future__ import annotations

from dataclasses import dataclass

from apps.pricing.kinds.base import Wording
from apps.risk.rules.base import Ask, Case, register
from apps.risk.rules.refunds import POINTS, POINTS_COUPON, POINTS_TIER, RefundHistory, points_of


@register
@dataclass(frozen=True)
class RefundScore(RefundHistory):
    code = "refund_score"
    zh, en = "频繁退款", "Frequent refunds"
    zh_about = "按退款次数、退回券和不满门槛计分"
    en_about = "A score of the customer's refunds, returned coupons and broken tiers"
    ask = Ask.POINTS

    def own(self, case: Case) -> int:
        return points_of(case)

    def sentence(self, words: Wording) -> str:
        return words.pick(
            f"顾客{self.days}天内的退款风险分超过{self.most}分"
            f"（每次退款{POINTS}分，退回券加{POINTS_COUPON}分，退后不满门槛加{POINTS_TIER}分）",
            f"the customer's refunds within {self.days} days score more than {self.most} points "
            f"({POINTS} for each, {POINTS_COUPON} more where a coupon came back, "
            f"{POINTS_TIER} more where it broke a tier)",
        )
