"""Reading JSON-like documents: typed access that collects every fault with its path instead of stopping at
the first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

MAX_AMOUNT = 10**12
MAX_TEXT = 2000
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
CODE = re.compile(r"[!-.0-~]{1,64}\Z")  # visible ASCII without "/"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a document: where, a stable code, and an English sentence with %(holes)s filled from
    `numbers`.

    The admin translates `template` before it fills the holes, so the sentence itself is a message id.
    """

    path: str
    code: str
    template: str
    numbers: Mapping[str, object] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return self.template % self.numbers if self.numbers else self.template

    def __str__(self) -> str:
        return f"{self.path or '(document)'}: {self.message}"


@dataclass(frozen=True, slots=True)
class Reference:
    """A code that a document names and that somebody else must know: `type` is shop, category, brand, sku,
    audience, template, event or placement."""

    type: str
    code: str
    path: str


@dataclass(slots=True)
class Findings:
    """What reading has found so far: faults, and references to be resolved by whoever knows the names."""

    faults: list[Fault] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)

    def fault(self, path: str, code: str, template: str, **numbers: object) -> None:
        self.faults.append(Fault(path, code, template, numbers))


class Reader:
    """Typed access to one JSON mapping. `null` means absent; unknown keys are faults (call `close()` when
    done).

    Every accessor returns a usable value even when it has noted a fault, so that reading goes on and all faults
    come out.
    """

    def __init__(self, raw: object, path: str, findings: Findings) -> None:
        self.path = path
        self.findings = findings
        self._seen: set[str] = set()
        self.ok = isinstance(raw, Mapping)
        if not self.ok:
            findings.fault(path, "type", "must be an object")
        self.raw: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def fault(self, key: str, code: str, template: str, **numbers: object) -> None:
        self.findings.fault(self.at(key) if key else self.path, code, template, **numbers)

    def has(self, key: str) -> bool:
        return self.raw.get(key) is not None

    def take(self, key: str, required: bool = False) -> Any:
        """The raw value, or None when absent (a fault when `required`)."""
        self._seen.add(key)
        value = self.raw.get(key)
        if value is None and required and self.ok:
            self.fault(key, "required", "is required")
        return value

    def text(
        self, key: str, *, required: bool = False, choices: tuple[str, ...] = (), longest: int = MAX_TEXT
    ) -> str | None:
        value = self.take(key, required)
        if value is None:
            return None
        if not isinstance(value, str):
            self.fault(key, "type", "must be text")
            return None
        if not storable(value):
            self.fault(key, "characters", "holds a character that cannot be stored")
            return None
        if choices and value not in choices:
            self.fault(key, "choice", "must be one of %(choices)s", choices=", ".join(choices))
            return None
        if len(value) > longest:
            self.fault(key, "too_long", "is longer than %(longest)s characters", longest=longest)
            return None
        return value

    def code(self, key: str, *, required: bool = False, refers_to: str = "") -> str | None:
        """A code or id: 1-64 visible ASCII characters without `/`."""
        value = self.text(key, required=required)
        if value is None:
            return None
        return self.check_code(value, self.at(key), refers_to)

    def check_code(self, value: object, path: str, refers_to: str = "") -> str | None:
        if not isinstance(value, str):
            self.findings.fault(path, "type", "must be text")
            return None
        if not CODE.match(value):
            self.findings.fault(path, "code", "must be 1 to 64 visible ASCII characters without /")
            return None
        if refers_to:
            self.findings.references.append(Reference(refers_to, value, path))
        return value

    def integer(
        self,
        key: str,
        *,
        minimum: int = 0,
        maximum: int = MAX_AMOUNT,
        required: bool = False,
        default: int | None = None,
    ) -> int | None:
        value = self.take(key, required)
        if value is None:
            return default
        return self.check_integer(value, self.at(key), minimum, maximum, default)

    def check_integer(
        self, value: object, path: str, minimum: int, maximum: int, default: int | None = None
    ) -> int | None:
        if isinstance(value, bool) or not isinstance(value, int):
            self.findings.fault(path, "type", "must be a whole number")
            return default
        if value < minimum:
            self.findings.fault(path, "minimum", "must be at least %(minimum)s", minimum=minimum)
            return default
        if value > maximum:
            self.findings.fault(path, "maximum", "must be at most %(maximum)s", maximum=maximum)
            return default
        return value

    def flag(self, key: str, default: bool = False) -> bool:
        value = self.take(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.fault(key, "type", "must be true or false")
            return default
        return value

    def time(self, key: str, *, required: bool = False) -> str | None:
        """An instant with an offset, as UTC ISO text (`2026-11-01T00:00:00+00:00`)."""
        value = self.take(key, required)
        if value is None:
            return None
        moment = value if isinstance(value, datetime) else parse_time(value)
        if moment is None or moment.tzinfo is None:
            self.fault(key, "time", "must be an ISO 8601 time with an offset")
            return None
        try:
            return moment.astimezone(UTC).isoformat()
        except OverflowError:
            self.fault(key, "time", "must be an ISO 8601 time with an offset")
            return None

    def child(self, key: str, *, required: bool = False) -> Reader:
        """A nested object; an absent one reads as an empty object."""
        value = self.take(key, required)
        return Reader({} if value is None else value, self.at(key), self.findings)

    def children(self, key: str, *, required: bool = False, longest: int = 1_000_000) -> Iterator[Reader]:
        """A list of objects."""
        for path, value in self.elements(key, required=required, longest=longest):
            yield Reader(value, path, self.findings)

    def elements(
        self, key: str, *, required: bool = False, longest: int = 1_000_000
    ) -> list[tuple[str, Any]]:
        """(path, raw value) of a list's elements."""
        value = self.take(key, required)
        if value is None:
            return []
        if not isinstance(value, list | tuple):
            self.fault(key, "type", "must be a list")
            return []
        if len(value) > longest:
            self.fault(key, "too_long", "has more than %(longest)s entries", longest=longest)
            return []
        return [(f"{self.at(key)}[{i}]", v) for i, v in enumerate(value)]

    def codes(self, key: str, *, refers_to: str = "") -> list[str]:
        """A list of codes, without repeats, in the order given."""
        found: dict[str, None] = {}
        for path, value in self.elements(key):
            code = self.check_code(value, path, refers_to)
            if code is not None:
                found[code] = None
        return list(found)

    def texts(self, key: str, choices: tuple[str, ...] = ()) -> list[str]:
        """A list of free texts, without repeats, in the order given."""
        found: dict[str, None] = {}
        for path, value in self.elements(key):
            if not isinstance(value, str) or not value or len(value) > 200:
                self.findings.fault(path, "type", "must be text of 1 to 200 characters")
            elif not storable(value):
                self.findings.fault(path, "characters", "holds a character that cannot be stored")
            elif choices and value not in choices:
                self.findings.fault(path, "choice", "must be one of %(choices)s", choices=", ".join(choices))
            else:
                found[value] = None
        return list(found)

    def amounts(
        self,
        key: str,
        *,
        minimum: int = 0,
        maximum: int = MAX_AMOUNT,
        required: bool = False,
        refers_to: str = "sku",
    ) -> dict[str, int]:
        """A mapping of codes (of SKUs) to whole numbers."""
        value = self.take(key, required)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            self.fault(key, "type", "must be an object")
            return {}
        found: dict[str, int] = {}
        for raw_code, raw_number in value.items():
            path = f"{self.at(key)}.{raw_code}"
            code = self.check_code(raw_code, path, refers_to)
            number = self.check_integer(raw_number, path, minimum, maximum)
            if code is not None and number is not None:
                found[code] = number
        return found

    def close(self) -> None:
        """Note every key that nobody asked for."""
        for key in self.raw:
            if key not in self._seen:
                self.fault(str(key), "unknown_key", "is not known here")


def storable(text: str) -> bool:
    """PostgreSQL refuses NUL, UTF-8 refuses lone surrogates."""
    return not UNSTORABLE.search(text)


def parse_time(value: object) -> datetime | None:
    """An ISO 8601 text as an aware datetime, or None. A time without an offset is refused, never guessed."""
    if not isinstance(value, str) or len(value) > 40 or "T" not in value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
