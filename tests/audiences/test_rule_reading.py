"""Rules as they are read: canonical, or refused with every fault at its path."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from apps.audiences.rules import MAX_DEPTH, read_rule
from apps.pricing.faults import Findings, Reader


def read(raw: Any) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    findings = Findings()
    rule = read_rule(Reader(raw, "rule", findings))
    return rule, [(fault.path, fault.code) for fault in findings.faults]


def nested(levels: int) -> dict[str, Any]:
    rule: dict[str, Any] = {"field": "orders", "op": "eq", "value": 0}
    for _ in range(levels - 1):
        rule = {"not": rule}
    return rule


def test_times_become_utc_and_the_rest_stays() -> None:
    raw = {
        "all": [
            {"field": "registered_at", "op": "gte", "value": "2026-01-01T00:00:00+08:00"},
            {"any": [{"field": "tags", "op": "contains", "value": "vip"}]},
            {"not": {"field": "region", "op": "in", "value": ["A", "B"]}},
            {"field": "size", "op": "eq", "value": 1.5},
        ]
    }

    rule, faults = read(raw)

    assert faults == []
    assert rule == {
        "all": [
            {"field": "registered_at", "op": "gte", "value": "2025-12-31T16:00:00+00:00"},
            {"any": [{"field": "tags", "op": "contains", "value": "vip"}]},
            {"not": {"field": "region", "op": "in", "value": ["A", "B"]}},
            {"field": "size", "op": "eq", "value": 1.5},
        ]
    }


def test_a_canonical_rule_reads_as_itself() -> None:
    rule, _ = read({"field": "registered_at", "op": "in", "value": ["2026-01-01T00:00:00+08:00"]})

    assert read(rule) == (rule, [])


def test_a_yaml_time_becomes_text() -> None:
    moment = datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=8)))

    rule, faults = read({"field": "registered_at", "op": "lt", "value": moment})

    assert faults == []
    assert rule["value"] == "2026-01-01T00:00:00+00:00"
    assert datetime.fromisoformat(rule["value"]) == datetime(2026, 1, 1, tzinfo=UTC)


def test_null_is_absent() -> None:
    rule, faults = read({"field": "orders", "op": "eq", "value": 0, "all": None})

    assert faults == []
    assert rule == {"field": "orders", "op": "eq", "value": 0}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ([], [("rule", "type")]),
        ({}, [("rule", "form")]),
        ({"all": [], "any": []}, [("rule", "form")]),
        ({"all": [], "field": "x"}, [("rule", "form")]),
        ({"all": {}}, [("rule.all", "type")]),
        ({"all": [3]}, [("rule.all[0]", "type")]),
        ({"not": {"any": [{}]}}, [("rule.not.any[0]", "form")]),
        ({"field": "orders"}, [("rule.op", "required"), ("rule.value", "required")]),
        ({"op": "eq", "value": 1}, [("rule.field", "required")]),
        ({"field": "", "op": "eq", "value": 1}, [("rule.field", "required")]),
        ({"field": "f" * 65, "op": "eq", "value": 1}, [("rule.field", "too_long")]),
        ({"field": "orders", "op": "like", "value": 1}, [("rule.op", "choice")]),
        ({"field": "orders", "op": "in", "value": 1}, [("rule.value", "type")]),
        ({"field": "orders", "op": "in", "value": [1, None]}, [("rule.value[1]", "type")]),
        ({"field": "orders", "op": "in", "value": [[1]]}, [("rule.value[0]", "type")]),
        ({"field": "orders", "op": "eq", "value": {"a": 1}}, [("rule.value", "type")]),
        ({"field": "orders", "op": "eq", "value": float("nan")}, [("rule.value", "type")]),
        ({"field": "region", "op": "eq", "value": "a\x00"}, [("rule.value", "characters")]),
        ({"field": "x", "op": "eq", "value": datetime(2026, 1, 1)}, [("rule.value", "time")]),  # noqa: DTZ001
        ({"field": "orders", "op": "eq", "value": 1, "why": 2}, [("rule.why", "unknown_key")]),
        (
            {"all": [{"field": "a", "op": "eq"}, {"field": "b", "op": "x", "value": 1}]},
            [("rule.all[0].value", "required"), ("rule.all[1].op", "choice")],
        ),
    ],
)
def test_faults(raw: Any, expected: list[tuple[str, str]]) -> None:
    assert read(raw)[1] == expected


def test_depth_is_limited() -> None:
    assert read(nested(MAX_DEPTH))[1] == []
    assert [code for _path, code in read(nested(MAX_DEPTH + 1))[1]] == ["too_deep"]
