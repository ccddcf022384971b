"""A rule as a document: what people write, what is approved by its hash, what runs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.pricing.faults import Findings, Reader
from apps.pricing.kinds.base import Wording
from apps.risk.lifecycle import Answer, Trigger
from apps.risk.rules.base import KINDS, RuleKind
from apps.risk.rules.words import ANSWERS, TRIGGERS

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that can run. `text` is what reviewers and customer service read when it hits."""

    code: str
    name: str
    kind: RuleKind
    triggers: tuple[Trigger, ...]
    answer: Answer
    text: str
    active: bool = True
    version: int = 0

    def sentence(self, words: Wording) -> str:
        zh = words.zh
        tongue = 0 if zh else 1
        what = words.pick("、", ", ").join(TRIGGERS[trigger][tongue] for trigger in self.triggers)
        condition, answer = self.kind.sentence(words), ANSWERS[self.answer][tongue]
        said = f"{what}时，{condition}，{answer}" if zh else f"On {what}: if {condition}, {answer}"
        return said if self.active else words.pick(f"（停用）{said}", f"(off) {said}")


def read_rule(raw: object, reader: Reader) -> dict[str, Any] | None:
    """The canonical document, or None when something is wrong; the reader has every fault."""
    before = len(reader.findings.faults)
    code = reader.code("code", required=True)
    name = reader.text("name", required=True, longest=LONGEST_NAME)
    kind_code = reader.text("kind", required=True, choices=tuple(KINDS))
    kind = KINDS.get(kind_code or "")
    triggers = _triggers(reader, kind)
    answer = reader.text("answer", required=True, choices=tuple(Answer))
    text = reader.text("text", longest=LONGEST_NAME) or ""
    active = reader.flag("active", True)
    params = reader.child("params")
    made = kind.read(params) if kind is not None and params.ok else None
    reader.close()
    if made is None or len(reader.findings.faults) > before:
        return None
    return {
        "code": code,
        "name": name,
        "kind": kind_code,
        "triggers": triggers,
        "answer": answer,
        "text": text,
        "active": active,
        "params": made.to_json(),
    }


def _triggers(reader: Reader, kind: type[RuleKind] | None) -> list[str]:
    """In one order, however they were named."""
    allowed = tuple(trigger.value for trigger in (kind.triggers if kind else Trigger))
    named = set(reader.texts("triggers", allowed))
    if not reader.raw.get("triggers"):
        reader.fault("triggers", "required", "is required")
    return [trigger.value for trigger in Trigger if trigger.value in named]


def rule_from_content(content: Mapping[str, Any], version: int = 0) -> Rule:
    """The rule of a document that was checked before. Raises ValueError when it is wrong after all."""
    findings = Findings()
    kind = KINDS[content["kind"]].read(Reader(content["params"], "params", findings))
    if kind is None:
        raise ValueError("; ".join(map(str, findings.faults)))
    return Rule(
        code=content["code"],
        name=content["name"],
        kind=kind,
        triggers=tuple(Trigger(trigger) for trigger in content["triggers"]),
        answer=Answer(content["answer"]),
        text=content["text"],
        active=content["active"],
        version=version,
    )


def content_hash(content: Mapping[str, Any]) -> str:
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
