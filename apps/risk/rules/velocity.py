"""Velocity: too many of the same from one customer, device or address within a time."""

from __future__ import annotations

from dataclasses import dataclass

from apps.pricing.faults import Reader
from apps.pricing.kinds.base import Wording
from apps.pricing.kinds.fields import param
from apps.risk.lifecycle import Mark
from apps.risk.rules.base import LONGEST_DAYS, UNITS_OF_TIME, Ask, Case, Hit, Question, RuleKind, register
from apps.risk.rules.words import MARKS, within

MARK_CHOICES = tuple((mark.value, *MARKS[mark]) for mark in Mark if mark is not Mark.AGENT)
TIME_CHOICES = (("minute", "分钟", "minutes"), ("hour", "小时", "hours"), ("day", "天", "days"))


@register
@dataclass(frozen=True)
class Velocity(RuleKind):
    code = "velocity"
    zh, en = "频次", "Velocity"
    zh_about = "同一顾客、设备或地址在一段时间内做得太多"
    en_about = "Too many claims, grants, orders or refunds of one customer, device or address within a time"
    counted = None

    per: str = param("choice", "同一", "The same", required=True, choices=MARK_CHOICES)
    most: int = param("units", "最多次数", "At most", required=True, maximum=1_000_000)
    within: int = param("units", "时间长度", "Within", required=True, maximum=LONGEST_DAYS * 1_440)
    unit: str = param("choice", "时间单位", "Unit of time", default="hour", choices=TIME_CHOICES)
    same: bool = param(
        "flag",
        "只计同一活动、模板或订单",
        "Count those of the same campaign, template or order only",
        default=False,
    )

    @property
    def seconds(self) -> int:
        return self.within * UNITS_OF_TIME[self.unit]

    def check(self, reader: Reader) -> None:
        if self.seconds > LONGEST_DAYS * UNITS_OF_TIME["day"]:
            reader.fault("within", "too_long", "at most %(days)s days", days=LONGEST_DAYS)

    def question(self, case: Case) -> Question | None:
        subject = case.marks.get(Mark(self.per))
        if subject is None or (self.same and not case.scope):
            return None
        scope = case.scope if self.same else ""
        return Question(
            Ask.COUNT, (subject,), case.trigger, scope, self.seconds, exact=True, enough=self.most + 1
        )

    def hit(self, case: Case, found: int | None) -> Hit | None:
        if found is None or found + 1 <= self.most:
            return None
        return Hit({"count": found + 1, "most": self.most})

    def sentence(self, words: Wording) -> str:
        mark, time = words.pick(*MARKS[Mark(self.per)]), within(self.within, self.unit, words)
        same = words.pick("（只计同一活动、模板或订单）", " for the same campaign, template or order")
        return words.pick(
            f"同一{mark}{time}内超过{self.most}次",
            f"the same {mark} does it more than {self.most} times within {time}",
        ) + (same if self.same else "")
