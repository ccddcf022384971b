"""Rules judged over fields: one line per case, as the pack format words them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from apps.audiences.membership import audiences_of
from apps.audiences.rules import customer_fields, matches

BEIJING_NEW_YEAR = "2026-01-01T00:00:00+08:00"
SAME_INSTANT = "2025-12-31T16:00:00+00:00"
FIELDS = {
    "member_level": 3,
    "tags": ["vip", "new"],
    "registered_at": SAME_INSTANT,
    "orders": 0,
    "region": "CN-31",
    "flag": True,
    "ratio": 0.5,
    "text": "3",
    "last_visit": "2026-02-01T00:00:00+00:00",
    "list": [1, "1"],
}


def one(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


CASES = [
    # equality and its types
    (one("member_level", "eq", 3), True),
    (one("member_level", "eq", 4), False),
    (one("member_level", "eq", "3"), False),
    (one("member_level", "eq", 3.0), True),
    (one("member_level", "ne", 4), True),
    (one("member_level", "ne", 3), False),
    (one("member_level", "ne", "3"), False),
    (one("orders", "eq", 0), True),
    (one("orders", "eq", False), False),
    (one("flag", "eq", True), True),
    (one("flag", "eq", 1), False),
    (one("flag", "ne", False), True),
    (one("region", "eq", "CN-31"), True),
    (one("region", "eq", "cn-31"), False),
    (one("text", "eq", 3), False),
    (one("list", "eq", [1, "1"]), True),
    (one("list", "ne", [1, 1]), True),
    # order
    (one("member_level", "gt", 2), True),
    (one("member_level", "gt", 3), False),
    (one("member_level", "gte", 3), True),
    (one("member_level", "lt", 4), True),
    (one("member_level", "lt", 3), False),
    (one("member_level", "lte", 3), True),
    (one("member_level", "gte", "1"), False),
    (one("member_level", "gte", True), False),
    (one("ratio", "lt", 1), True),
    (one("region", "gt", "CN-30"), True),
    (one("list", "gt", [0]), False),
    # times are instants
    (one("registered_at", "eq", BEIJING_NEW_YEAR), True),
    (one("registered_at", "gte", BEIJING_NEW_YEAR), True),
    (one("registered_at", "gt", BEIJING_NEW_YEAR), False),
    (one("registered_at", "lt", "2026-01-01T00:00:00+07:00"), True),
    (one("registered_at", "ne", SAME_INSTANT), False),
    (one("registered_at", "gte", "2025-01-01"), False),
    (one("registered_at", "in", [BEIJING_NEW_YEAR]), True),
    (one("last_visit", "gt", "2026-02-01T00:00:00+01:00"), True),
    (one("last_visit", "eq", "2026-02-01T08:00:00+08:00"), True),
    # lists
    (one("region", "in", ["CN-31", "CN-32"]), True),
    (one("region", "in", ["CN-32"]), False),
    (one("region", "in", []), False),
    (one("member_level", "in", ["3", True]), False),
    (one("tags", "in", ["vip"]), False),
    (one("tags", "contains", "vip"), True),
    (one("tags", "contains", "v"), False),
    (one("list", "contains", 1), True),
    (one("list", "contains", True), False),
    (one("region", "contains", "CN"), False),
    # what is missing
    (one("unheard_of", "eq", 1), False),
    (one("unheard_of", "ne", 1), False),
    ({"not": one("unheard_of", "eq", 1)}, True),
    ({"not": {"not": one("unheard_of", "eq", 1)}}, False),
    # trees
    ({"all": []}, True),
    ({"any": []}, False),
    ({"all": [one("orders", "eq", 0), one("tags", "contains", "vip")]}, True),
    ({"all": [one("orders", "eq", 0), one("tags", "contains", "gold")]}, False),
    ({"any": [one("orders", "eq", 1), one("tags", "contains", "vip")]}, True),
    ({"any": [one("orders", "eq", 1), {"not": one("tags", "contains", "vip")}]}, False),
    ({"not": {"all": [one("orders", "eq", 0), one("flag", "eq", False)]}}, True),
]


@pytest.mark.parametrize(("rule", "expected"), CASES, ids=lambda value: str(value)[:60])
def test_rule(rule: dict[str, Any], expected: bool) -> None:
    assert matches(rule, FIELDS) is expected


def test_a_time_from_the_database_is_the_same_instant() -> None:
    fields = {"registered_at": datetime(2025, 12, 31, 16, tzinfo=UTC)}

    assert matches(one("registered_at", "eq", BEIJING_NEW_YEAR), fields)


def test_a_customer_without_anything_matches_only_negations() -> None:
    assert customer_fields(None) == {}
    assert not matches(one("orders", "eq", 0), {})
    assert matches({"not": one("orders", "eq", 0)}, {})


def test_what_the_cart_gives_replaces_what_is_stored() -> None:
    stored = {"member_level": 1, "tags": ["a"], "region": "R", "orders": None, "attributes": {"size": "M"}}

    fields = customer_fields(stored, {"member_level": 5, "tags": [], "region": None})

    assert fields == {"member_level": 5, "tags": [], "region": "R", "size": "M"}


def test_an_attribute_cannot_pose_as_a_field_of_the_portal() -> None:
    stored = {"orders": None, "attributes": {"orders": 0, "member_level": 9, "gone": None}}

    assert customer_fields(stored) == {}


RULES = {"vip": one("member_level", "gte", 3), "newcomer": one("orders", "eq", 0)}


def test_list_or_rule_is_enough() -> None:
    assert audiences_of(lists=["crm", "vip"], rules=RULES, fields={"orders": 0}) == {"crm", "vip", "newcomer"}


def test_only_the_audiences_asked_for_are_looked_at() -> None:
    found = audiences_of(
        lists=["crm"], rules=RULES, fields={"orders": 0, "member_level": 3}, among=["vip", "x"]
    )

    assert found == {"vip"}
