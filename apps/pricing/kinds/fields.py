"""How a kind declares its parameters: one typed dataclass field each, with label, unit and bounds in its
metadata.

The JSON reader, the admin form, the sentence, the API schema and the docs table all derive from these
declarations.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from apps.pricing.faults import MAX_AMOUNT, Reader


@dataclass(frozen=True, slots=True)
class Param:
    """The declaration of one parameter.

    `unit` says what a person types and how it is read: money (minor units), bps (basis points off), units (a
    count), flag, choice, sku, prices ({sku: minor units}), components ({sku: units}), tiers (a list of
    thresholds with benefits).
    """

    name: str
    unit: str
    zh: str
    en: str
    required: bool = False
    minimum: int = 1
    maximum: int = MAX_AMOUNT
    choices: tuple[tuple[Any, str, str], ...] = ()  # (value, zh, en)
    default: Any = None
    help_zh: str = ""
    help_en: str = ""
    only_with: str = ""  # a flag without which (`!flag`: with which) it means nothing, so nobody is asked

    def label(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en

    def help(self, language: str) -> str:
        return self.help_zh if language.startswith("zh") else self.help_en


def param(unit: str, zh: str, en: str, **options: Any) -> Any:
    """A dataclass field that carries its `Param`; without `required=True` it is optional."""
    default = options.get("default")
    metadata = {"param": {"unit": unit, "zh": zh, "en": en, **options}}
    if options.get("required"):
        return dataclasses.field(metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def params_of(kind: type) -> tuple[Param, ...]:
    """The declared parameters of a kind, in the order they are asked for."""
    return tuple(
        Param(name=f.name, **f.metadata["param"]) for f in dataclasses.fields(kind) if "param" in f.metadata
    )


def read_param(declared: Param, reader: Reader) -> Any:
    """One parameter from its JSON form; faults go to the reader, the value is then the default."""
    name, required = declared.name, declared.required
    match declared.unit:
        case "money" | "units" | "bps":
            return reader.integer(
                name,
                minimum=declared.minimum,
                maximum=declared.maximum,
                required=required,
                default=declared.default,
            )
        case "flag":
            return reader.flag(name, bool(declared.default))
        case "choice":
            value = reader.take(name, required)
            allowed = [choice[0] for choice in declared.choices]
            if value is None:
                return declared.default
            if isinstance(value, bool | float) or value not in allowed:
                reader.fault(
                    name, "choice", "must be one of %(choices)s", choices=", ".join(map(str, allowed))
                )
                return declared.default
            return value
        case "sku":
            return reader.code(name, required=required, refers_to="sku")
        case "prices":
            return _read_table(declared, reader, 0, declared.maximum)
        case "components":
            return _read_table(declared, reader, 1, 9_999)
    raise ValueError(f"no reader for unit {declared.unit}")


def _read_table(declared: Param, reader: Reader, minimum: int, maximum: int) -> dict[str, int] | None:
    """Whole numbers by SKU; an empty table is none."""
    table = reader.amounts(declared.name, minimum=minimum, maximum=maximum, required=declared.required)
    if declared.required and reader.raw.get(declared.name) == {}:
        reader.fault(declared.name, "empty", "needs at least one SKU")
    return table or None
