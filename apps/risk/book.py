"""The rules in force, in the memory of the process: read again only when their version has moved."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

from apps.core import freshness
from apps.risk import rules as kinds
from apps.risk.lifecycle import Trigger
from apps.risk.models import Rule

VERSION_NAME = "risk"
RULES_VERSION = "(SELECT COALESCE(max(in_force), 0) FROM risk_rule)"
# Requests of the API tell the version; elsewhere (the admin, tasks) it is asked for at most this often.
ASKED_EVERY = 1.0


@dataclass(frozen=True, slots=True)
class RuleBook:
    """`recorded` are the triggers whose events some rule counts."""

    version: int
    by_trigger: Mapping[Trigger, tuple[kinds.Rule, ...]]
    recorded: frozenset[Trigger]


NONE = RuleBook(0, {}, frozenset())


class RuleKeeper:
    """Holds the newest rules that this process has seen."""

    def __init__(self) -> None:
        self._book = NONE
        self._asked_at = float("-inf")

    def current(self) -> RuleBook:
        """The rules as of this request's beginning: a version approved before it is in there."""
        version = freshness.seen(VERSION_NAME)
        if version is None:
            now = time.monotonic()
            if now - self._asked_at < ASKED_EVERY:
                return self._book
            version = rules_version()
            self._asked_at = now
        if self._book.version != version:
            self._book = load()
        return self._book

    def forget(self) -> None:
        self._book = NONE
        self._asked_at = float("-inf")


KEEPER = RuleKeeper()


def load() -> RuleBook:
    """The rules from the database, with the version that they are of."""
    rows = Rule.objects.filter(current__isnull=False).order_by("code")
    found = list(rows.values_list("current__content", "current__number", "in_force"))
    rules = [kinds.rule_from_content(content, number) for content, number, _in_force in found]
    return book_of([rule for rule in rules if rule.active], max((row[2] for row in found), default=0))


def book_of(rules: list[kinds.Rule], version: int) -> RuleBook:
    by_trigger = {
        trigger: tuple(rule for rule in rules if trigger in rule.triggers)
        for trigger in Trigger
        if any(trigger in rule.triggers for rule in rules)
    }
    recorded = frozenset(trigger for rule in rules for trigger in rule.kind.recorded(rule.triggers))
    return RuleBook(version, by_trigger, recorded)


def rules_version() -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {RULES_VERSION}")
        row = cursor.fetchone()
    assert row is not None
    return row[0]
