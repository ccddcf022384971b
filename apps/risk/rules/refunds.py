"""What the kinds that look back at a customer's refunds have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from apps.pricing.kinds.fields import param
from apps.risk.lifecycle import Mark, Trigger
from apps.risk.rules.base import LONGEST_DAYS, UNITS_OF_TIME, Ask, Case, Hit, Question, RuleKind

#: every refund counts one; giving a coupon back or breaking a tier makes it weigh more
POINTS, POINTS_COUPON, POINTS_TIER = 1, 2, 2


def points_of(case: Case) -> int:
    """What a refund counts towards its customer's refund-risk score."""
    return (
        POINTS
        + (POINTS_COUPON if case.flag("returned_coupon") else 0)
        + (POINTS_TIER if case.flag("broke_tier") else 0)
    )


@dataclass(frozen=True)
class RefundHistory(RuleKind):
    """`most` of what `ask` counts within `days`; on a refund this one counts, too."""

    counted = (Trigger.REFUND,)
    ask: ClassVar[Ask]

    most: int = param("units", "最多", "At most", required=True, minimum=0, maximum=1_000_000)
    days: int = param("units", "天数", "Days", required=True, maximum=LONGEST_DAYS)

    def own(self, case: Case) -> int:
        """What this refund adds."""
        raise NotImplementedError

    def _added(self, case: Case) -> int:
        return self.own(case) if case.trigger is Trigger.REFUND else 0

    def question(self, case: Case) -> Question | None:
        customer = case.marks.get(Mark.CUSTOMER)
        if customer is None or (case.trigger is Trigger.REFUND and not self.own(case)):
            return None
        seconds = self.days * UNITS_OF_TIME["day"]
        exact = case.trigger is Trigger.REFUND
        return Question(self.ask, (customer,), Trigger.REFUND, seconds=seconds, exact=exact)

    def hit(self, case: Case, found: int | None) -> Hit | None:
        if found is None or found + self._added(case) <= self.most:
            return None
        return Hit({"count": found + self._added(case), "most": self.most})
