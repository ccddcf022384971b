"""Orders that are too large, or discounted too much, to pass unseen."""

from __future__ import annotations

from dataclasses import dataclass

from apps.pricing.faults import Reader
from apps.pricing.kinds.base import Wording
from apps.pricing.kinds.fields import param
from apps.pricing.money import BPS, format_percent
from apps.risk.lifecycle import Trigger
from apps.risk.rules.base import Case, Hit, RuleKind, register


@register
@dataclass(frozen=True)
class OrderAmount(RuleKind):
    code = "order_amount"
    zh, en = "订单金额", "Order amount"
    zh_about = "金额过大或优惠过深的订单"
    en_about = "Orders that are very large or discounted too much"
    triggers = (Trigger.ORDER,)

    payable_amount: int | None = param("money", "实付超过", "To pay, more than", minimum=0)
    discount_amount: int | None = param("money", "优惠超过", "Discount, more than", minimum=0)
    discount_bps: int | None = param("bps", "优惠力度超过", "Discount, deeper than", minimum=1, maximum=BPS)

    def check(self, reader: Reader) -> None:
        if self.payable_amount is None and self.discount_amount is None and self.discount_bps is None:
            reader.fault("payable_amount", "required", "needs at least one of the three")

    def hit(self, case: Case, found: int | None) -> Hit | None:
        over = {
            name: value
            for name in ("payable_amount", "discount_amount")
            if (value := case.amount(name)) is not None
            and (most := getattr(self, name)) is not None
            and value > most
        }
        depth = _depth(case)
        if self.discount_bps is not None and depth is not None and depth[0] > self.discount_bps * depth[1]:
            over["discount_bps"] = depth[0] // depth[1]
        return Hit(over) if over else None

    def sentence(self, words: Wording) -> str:
        parts = []
        if self.payable_amount is not None:
            parts.append(words.pick("实付超过", "it is worth more than ") + words.money(self.payable_amount))
        if self.discount_amount is not None:
            parts.append(
                words.pick("优惠超过", "its discounts are over ") + words.money(self.discount_amount)
            )
        if self.discount_bps is not None:
            share = format_percent(self.discount_bps)
            parts.append(
                words.pick(f"优惠超过原价的{share}", f"its discounts are over {share} of the list price")
            )
        return words.pick("订单", "") + words.pick("，或", ", or ").join(parts)


def _depth(case: Case) -> tuple[int, int] | None:
    """Discount in basis points of the list price, as a fraction: numerator, denominator."""
    discount, full = case.amount("discount_amount"), case.amount("list_amount")
    return (discount * BPS, full) if discount is not None and full else None
