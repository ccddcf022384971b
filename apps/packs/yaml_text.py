"""YAML as packs use it, built straight from the parser's events: quick, and without YAML's surprises.

Plain scalars mean what they mean in JSON: `no`, `10:00` and `007` are texts, and times stay texts for the readers.
Duplicate keys are faults. Aliases are allowed until they multiply; tags and merge keys are not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from apps.pricing.faults import Findings

#: libyaml where PyYAML was built with it
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_DEPTH = 64
MAX_ALIASED = 2_000_000  # values that aliases may stand for, all together
STRING_TAG = "tag:yaml.org,2002:str"
WORDS = {"": None, "~": None, "null": None, "Null": None, "NULL": None, "true": True, "false": False}
WORDS |= {"True": True, "TRUE": True, "False": False, "FALSE": False}
WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,30})\Z")
FRACTION = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?\Z|-?\.inf\Z|\.nan\Z")
SPACED_TIME = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d.*)\Z")


class _Stop(Exception):
    """The text cannot be read any further."""


def parse_yaml(text: str, findings: Findings) -> Any:
    """The value of a YAML document; None after a fault of syntax."""
    events = yaml.parse(text, Loader=LOADER)
    try:
        return _Builder(events, findings).document()
    except _Stop:
        return None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or str(error).partition("\n")[0]
        line = mark.line + 1 if mark else 0
        findings.fault("", "yaml", "is not YAML: %(what)s (line %(line)s)", what=what, line=line)
        return None


class _Builder:
    def __init__(self, events: Iterator[Any], findings: Findings) -> None:
        self.next_event = events.__next__
        self.findings = findings
        self.path: list[str] = []
        self.depth = 0
        self.count = 0
        self.aliased = 0
        self.anchors: dict[str, tuple[Any, int]] = {}

    def document(self) -> Any:
        get = self.next_event
        get()  # stream start
        event = get()
        if type(event) is yaml.StreamEndEvent:
            return None
        value = self.value(get())
        get()  # document end
        if type(get()) is not yaml.StreamEndEvent:
            self.findings.fault("", "documents", "must be one document")
        return value

    def value(self, event: Any) -> Any:
        before = self.count
        self.count += 1
        kind = type(event)
        if kind is yaml.ScalarEvent:
            value = self.scalar(event)
        elif kind is yaml.MappingStartEvent:
            value = self.mapping(event)
        elif kind is yaml.SequenceStartEvent:
            value = self.sequence(event)
        else:
            return self.alias(event)
        if event.anchor is not None:
            self.anchors[event.anchor] = (value, self.count - before)
        return value

    def scalar(self, event: Any) -> Any:
        text = event.value
        if event.tag is not None:
            if event.tag != STRING_TAG:
                self.fault("tag", "has a YAML tag, which packs do not know")
            return text
        return plain_value(text) if event.implicit[0] else text

    def mapping(self, event: Any) -> dict[str, Any]:
        self.enter(event)
        get, path = self.next_event, self.path
        found: dict[str, Any] = {}
        while type(key := get()) is not yaml.MappingEndEvent:
            if type(key) is not yaml.ScalarEvent:
                self.fault("key", "has a key that is no text")
                raise _Stop
            name = key.value
            path.append(f".{name}" if path else name)
            if name in found:
                self.fault("duplicate_key", "is given twice")
            found[name] = self.value(get())
            path.pop()
        self.depth -= 1
        return found

    def sequence(self, event: Any) -> list[Any]:
        self.enter(event)
        get, path = self.next_event, self.path
        found: list[Any] = []
        while type(item := get()) is not yaml.SequenceEndEvent:
            path.append(f"[{len(found)}]")
            found.append(self.value(item))
            path.pop()
        self.depth -= 1
        return found

    def alias(self, event: Any) -> Any:
        if event.anchor not in self.anchors:
            self.fault("alias", "refers to an anchor that is not complete before it")
            raise _Stop
        value, weight = self.anchors[event.anchor]
        self.count += weight
        self.aliased += weight
        if self.aliased > MAX_ALIASED:
            self.fault("alias", "repeats too much by aliases")
            raise _Stop
        return value

    def enter(self, event: Any) -> None:
        if event.tag is not None:
            self.fault("tag", "has a YAML tag, which packs do not know")
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.findings.fault("", "too_deep", "is nested too deeply")
            raise _Stop

    def fault(self, code: str, template: str) -> None:
        self.findings.fault("".join(self.path), code, template)


def plain_value(text: str) -> Any:
    """What a scalar without quotes means."""
    if text in WORDS:
        return WORDS[text]
    first = text[0]
    if first in "-.0123456789":
        if WHOLE.match(text):
            return int(text)
        if FRACTION.match(text):
            return float(text.replace(".inf", "inf").replace(".nan", "nan"))
        if spaced := SPACED_TIME.match(text):
            return f"{spaced[1]}T{spaced[2]}"
    return text
