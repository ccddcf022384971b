"""Rules, reasons and facts in words, for pages and for approvers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from apps.core.currency import current
from apps.pricing.kinds.base import Wording
from apps.pricing.money import format_money, format_percent
from apps.risk.backtest import Tried
from apps.risk.models.labels import ANSWER_LABELS, TRIGGER_LABELS
from apps.risk.rules import KINDS, RuleKind, rule_from_content

FACT_LABELS: dict[str, Promise] = {
    "list_amount": _("List price"),
    "discount_amount": _("Discount"),
    "payable_amount": _("To pay"),
    "value_amount": _("Value"),
    "refund_amount": _("Refund"),
    "quantity": _("Quantity"),
    "source": _("Source"),
    "returned_coupon": _("A coupon came back"),
    "broke_tier": _("Broke a tier"),
}


@dataclass(frozen=True)
class Line:
    """One place of a document with its value, in words."""

    label: str
    value: str


def wording() -> Wording:
    return Wording(get_language() or "zh", current())


def sentence(content: Mapping[str, Any]) -> str:
    return rule_from_content(content).sentence(wording())


def kind_label(code: str) -> str:
    kind = KINDS.get(code)
    return kind.label(get_language() or "") if kind else code


def money(amount: int) -> str:
    return format_money(amount, current())


def value_in_words(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if name.endswith("_amount") or name == "amount":
        return money(value)
    if name.endswith("_bps"):
        return format_percent(value)
    return f"{value:,}" if isinstance(value, int) else str(value)


def fact_lines(facts: Mapping[str, Any]) -> list[Line]:
    return [
        Line(str(FACT_LABELS[name]), value_in_words(name, facts[name]))
        for name in FACT_LABELS
        if facts.get(name) not in (None, "")
    ]


def reason_in_words(reason: Mapping[str, Any]) -> str:
    """`Too many claims: 4 (at most 3)`."""
    numbers = reason["numbers"]
    most = {name: value for name, value in numbers.items() if name.startswith("most")}
    said = [value_in_words(name, value) for name, value in numbers.items() if name not in most]
    text = reason["text"]
    if said:
        text = f"{text}: {', '.join(said)}"
    for name, value in most.items():
        text += gettext(" (at most %(most)s)") % {"most": value_in_words(name.removeprefix("most_"), value)}
    return text


def reasons_in_words(reasons: Iterable[Mapping[str, Any]]) -> list[str]:
    return [reason_in_words(reason) for reason in reasons]


def content_lines(content: Mapping[str, Any]) -> list[Line]:
    """A rule's document, place by place."""
    triggers = ", ".join(str(TRIGGER_LABELS[one]) for one in content["triggers"])
    common = [
        Line(gettext("Name"), content["name"]),
        Line(gettext("Kind"), kind_label(content["kind"])),
        Line(gettext("Runs on"), triggers),
        Line(gettext("When it hits"), str(ANSWER_LABELS[content["answer"]])),
        Line(gettext("Reason to show"), content["text"]),
        Line(gettext("Binding"), value_in_words("active", content["active"])),
    ]
    params = [
        Line(declared.label(get_language() or ""), _param(KINDS[content["kind"]], declared.name, content))
        for declared in KINDS[content["kind"]].params()
    ]
    return [line for line in common + params if line.value]


def _param(kind: type[RuleKind], name: str, content: Mapping[str, Any]) -> str:
    declared = next(one for one in kind.params() if one.name == name)
    value = content["params"].get(name)
    if value is None:
        return ""
    if declared.choices:
        zh = wording().zh
        return next((c[1] if zh else c[2] for c in declared.choices if c[0] == value), str(value))
    if declared.unit == "money":
        return money(value)
    return value_in_words(name, value)


def tried_in_words(tried: Iterable[Tried]) -> list[Line]:
    """`claim: it would have hit 12 of the last 1,000`."""
    return [Line(str(TRIGGER_LABELS[one.trigger]), _tried(one)) for one in tried]


def _tried(one: Tried) -> str:
    if not one.looked:
        return gettext("nothing has been noted yet")
    numbers = {"hits": f"{one.hits:,}", "looked": f"{one.looked:,}"}
    return gettext("it would have hit %(hits)s of the last %(looked)s") % numbers
