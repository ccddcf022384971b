"""What every kind of offer is: parameters, a sentence, and one method that says what it gives."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, ClassVar, Self, TypeVar

from apps.pricing.faults import Findings, Reader
from apps.pricing.kinds.fields import Param, params_of, read_param
from apps.pricing.layers import Layer
from apps.pricing.money import format_money, format_percent, format_zhe


@dataclass(frozen=True, slots=True)
class Wording:
    """How amounts are written in a sentence: a language (zh or en) and the currency."""

    language: str = "zh"
    currency: str = "CNY"

    @property
    def zh(self) -> bool:
        return self.language.startswith("zh")

    def money(self, amount: int) -> str:
        return format_money(amount, self.currency)

    def plain(self, amount: int) -> str:
        """As in 满300减50: Chinese leaves the sign out where it is the yuan's."""
        text = self.money(amount)
        return text.removeprefix("¥") if self.zh and self.currency == "CNY" else text

    def off(self, bps: int) -> str:
        """`8折` or `20% off`."""
        if self.zh:
            return format_zhe(bps)
        return "free" if bps >= 10_000 else f"{format_percent(bps)} off"

    def pick(self, zh: str, en: str) -> str:
        return zh if self.zh else en


@dataclass(frozen=True)
class Kind:
    """A condition and a benefit with its parameters. Subclasses live one to a file and register themselves
    in `KINDS`."""

    code: ClassVar[str]
    zh: ClassVar[str]
    en: ClassVar[str]
    layers: ClassVar[tuple[Layer, ...]]
    #: goal metric proposed for a new activity of this kind
    goal: ClassVar[str] = "gmv"
    #: may be owned by a coupon template
    for_coupons: ClassVar[bool] = False
    #: takes units out of segments and groups them; such a kind may not stack with the shop layer
    groups_units: ClassVar[bool] = False
    #: unit limits and stock.total are allowed (item layer)
    counts_units: ClassVar[bool] = False
    #: condition and percentage may look at the nets right after the item layer (`basis: item`)
    has_basis: ClassVar[bool] = False
    #: what a new activity of this kind is proposed to stack with; None: people choose
    proposed_stacking: ClassVar[tuple[Layer, ...] | None] = None

    @classmethod
    def params(cls) -> tuple[Param, ...]:
        return params_of(cls)

    @classmethod
    def label(cls, language: str) -> str:
        return cls.zh if language.startswith("zh") else cls.en

    @classmethod
    def read(cls, reader: Reader) -> Self | None:
        """The kind from its JSON parameters, or None when something is wrong (the reader has the faults)."""
        if not reader.ok:
            return None
        before = len(reader.findings.faults)
        values = {declared.name: cls.read_one(declared, reader) for declared in cls.params()}
        readable = len(reader.findings.faults) == before
        reader.close()
        if not readable:
            return None
        kind = cls(**values)
        kind.check(reader)
        return kind if len(reader.findings.faults) == before else None

    @classmethod
    def read_one(cls, declared: Param, reader: Reader) -> Any:
        return read_param(declared, reader)

    def check(self, reader: Reader) -> None:
        """Note what cannot be right between parameters."""

    def to_json(self) -> dict[str, Any]:
        """The canonical JSON parameters: absent ones left out."""
        return {
            f.name: _plain(getattr(self, f.name))
            for f in dataclasses.fields(self)
            if "param" in f.metadata and getattr(self, f.name) is not None
        }

    def sentence(self, words: Wording) -> str:
        """What the customer gets under which condition, in plain words."""
        raise NotImplementedError

    def worst_amount(self) -> int | None:
        """The most it can take off one cart, in minor units; None where its parameters set no bound."""
        return None

    def only_skus(self) -> frozenset[str] | None:
        """The SKUs outside which the offer can do nothing; None where the parameters don't say."""
        return None

    def skus(self) -> frozenset[str]:
        """The SKUs that the parameters name (besides gifts)."""
        return frozenset()


def _plain(value: Any) -> Any:
    if hasattr(value, "to_json"):
        return value.to_json()
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    return value


KINDS: dict[str, type[Kind]] = {}
K = TypeVar("K", bound=Kind)


def register(kind: type[K]) -> type[K]:
    """Class decorator: make a kind known by its code."""
    KINDS[kind.code] = kind
    return kind


def read_kind(code: str, reader: Reader) -> Kind | None:
    """The kind named `code` from its parameters; an unknown code is the caller's fault to note."""
    return KINDS[code].read(reader)


def kind_from_json(code: str, params: dict[str, Any]) -> Kind:
    """A kind from parameters that were checked before (a stored version). Raises ValueError when they are wrong."""
    findings = Findings()
    kind = KINDS[code].read(Reader(params, "params", findings))
    if kind is None:
        raise ValueError("; ".join(map(str, findings.faults)))
    return kind
