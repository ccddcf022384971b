"""What every kind of risk rule is: parameters, a sentence, a question to the past, and what answer makes it hit.

A rule never reads anything itself: `question` says what of the past it must know, `hit` judges the number that came
back. So the same rule runs on a request, in a test over past decisions, and without a database.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Self, TypeVar

from apps.pricing.faults import Reader
from apps.pricing.kinds.base import Wording
from apps.pricing.kinds.fields import Param, params_of, read_param
from apps.risk.lifecycle import Mark, Trigger

#: seconds in what people choose as the unit of a time
UNITS_OF_TIME = {"minute": 60, "hour": 3_600, "day": 86_400}
#: the past that rules can look at; events older than this are forgotten
LONGEST_DAYS = 180


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that somebody wants to do. `marks` are hashes, and absent where nobody gave them.

    `scope` is the campaign, template or order that it is about, so that a rule can count those alone. `facts` are
    numbers and flags without personal data: `payable_amount`, `discount_amount`, `list_amount` of an order,
    `value_amount` of a grant, `refund_amount`, `returned_coupon`, `broke_tier` of a refund.
    """

    trigger: Trigger
    marks: Mapping[Mark, str]
    scope: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    def amount(self, name: str) -> int | None:
        value = self.facts.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def flag(self, name: str) -> bool:
        return self.facts.get(name) is True


class Ask(StrEnum):
    """`count` events, or those that `returned` a coupon or `broke` a tier; sum up their `amount` or their `points`;
    count the marks that are `listed` in the deny list."""

    COUNT = "count"
    RETURNED = "returned"
    BROKE = "broke"
    AMOUNT = "amount"
    POINTS = "points"
    LISTED = "listed"


@dataclass(frozen=True, slots=True)
class Question:
    """What of the past a rule must know, before this case: within `seconds`, or since midnight (`today`).

    `exact` asks that no other request with the same mark passes meanwhile; `enough` is where counting may stop.
    """

    ask: Ask
    subjects: tuple[str, ...]
    trigger: Trigger | None = None
    scope: str = ""
    seconds: int = 0
    today: bool = False
    exact: bool = False
    enough: int | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """Why a rule answers: the numbers that its sentence is about."""

    numbers: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class RuleKind:
    """Subclasses live one to a file and register themselves in `KINDS`."""

    code: ClassVar[str]
    zh: ClassVar[str]
    en: ClassVar[str]
    #: what it is for, for who chooses among the kinds
    zh_about: ClassVar[str]
    en_about: ClassVar[str]
    #: what it can run on
    triggers: ClassVar[tuple[Trigger, ...]] = tuple(Trigger)
    #: whose events it counts; None means those of the trigger that it runs on
    counted: ClassVar[tuple[Trigger, ...] | None] = ()

    @classmethod
    def params(cls) -> tuple[Param, ...]:
        return params_of(cls)

    @classmethod
    def label(cls, language: str) -> str:
        return cls.zh if language.startswith("zh") else cls.en

    @classmethod
    def about(cls, language: str) -> str:
        return cls.zh_about if language.startswith("zh") else cls.en_about

    @classmethod
    def read(cls, reader: Reader) -> Self | None:
        """The kind from its JSON parameters, or None when something is wrong (the reader has the faults)."""
        before = len(reader.findings.faults)
        values = {declared.name: read_param(declared, reader) for declared in cls.params()}
        reader.close()
        if len(reader.findings.faults) > before:
            return None
        kind = cls(**values)
        kind.check(reader)
        return kind if len(reader.findings.faults) == before else None

    def check(self, reader: Reader) -> None:
        """Note what cannot be right between parameters."""

    def to_json(self) -> dict[str, Any]:
        """The canonical parameters: absent ones left out."""
        values = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return {name: value for name, value in values.items() if value is not None}

    def recorded(self, triggers: tuple[Trigger, ...]) -> tuple[Trigger, ...]:
        """The triggers whose events must be noted for a rule of this kind that runs on `triggers`."""
        return triggers if self.counted is None else self.counted

    def question(self, case: Case) -> Question | None:
        """What must be known to judge the case; None where nothing must, or the rule says nothing about it."""
        return None

    def hit(self, case: Case, found: int | None) -> Hit | None:
        """Whether it hits; `found` answers its question, and is None where it asked none."""
        raise NotImplementedError

    def sentence(self, words: Wording) -> str:
        """When it hits, as half a sentence that follows `if`."""
        raise NotImplementedError


KINDS: dict[str, type[RuleKind]] = {}
K = TypeVar("K", bound=RuleKind)


def register(kind: type[K]) -> type[K]:
    """Class decorator: make a kind known by its code."""
    KINDS[kind.code] = kind
    return kind
