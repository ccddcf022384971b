"""How much one person of customer service may give away in a day."""

from __future__ import annotations

from dataclasses import dataclass

from apps.pricing.kinds.base import Wording
from apps.pricing.kinds.fields import param
from apps.risk.lifecycle import Mark, Trigger
from apps.risk.rules.base import Ask, Case, Hit, Question, RuleKind, register


@register
@dataclass(frozen=True)
class AgentValue(RuleKind):
    code = "agent_value"
    zh, en = "客服补偿限额", "Compensation by one agent"
    zh_about = "每名客服每天补偿的价值上限"
    en_about = "What one agent of customer service gives away in a day"
    triggers = (Trigger.GRANT,)
    counted = (Trigger.GRANT,)

    most_amount: int = param("money", "每人每天最多", "At most, per agent and day", required=True)

    def question(self, case: Case) -> Question | None:
        agent = case.marks.get(Mark.AGENT)
        if agent is None or case.amount("value_amount") is None:
            return None
        return Question(Ask.AMOUNT, (agent,), Trigger.GRANT, today=True, exact=True)

    def hit(self, case: Case, found: int | None) -> Hit | None:
        value = case.amount("value_amount")
        if found is None or value is None or found + value <= self.most_amount:
            return None
        return Hit({"amount": found + value, "most_amount": self.most_amount})

    def sentence(self, words: Wording) -> str:
        most = words.money(self.most_amount)
        return words.pick(
            f"同一客服当天补偿的券价值超过{most}",
            f"one agent's compensations of the day are worth more than {most}",
        )
