"""PUT /customers/{id}: replaces what is known, keeps the number of orders, is audited."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from apps.audiences.models import Customer
from apps.core.models import AuditEntry
from apps.storefront import answers
from tests.storefront import fair
from tests.storefront.conftest import Caller

pytestmark = pytest.mark.usefixtures("shop_fair")
WHOLE = {
    "member_level": 3,
    "tags": ["vip", "上海"],
    "registered_at": "2026-01-01T00:00:00+08:00",
    "region": "SH",
    "attributes": {"gender": "f", "score": 1.5, "cities": ["a", "b"]},
    "orders": 7,
}


def put(caller: Caller, customer: str, body: Any) -> dict[str, Any]:
    answer = caller.put(f"customers/{customer}", body)
    assert answer.status_code == 200, answer.content
    msgspec.convert(answer.json(), answers.CustomerAnswer)
    return answer.json()


def test_whole_customer(caller: Caller) -> None:
    answer = put(caller, "c7", WHOLE)
    assert answer == {**WHOLE, "id": "c7", "registered_at": "2025-12-31T16:00:00+00:00"}
    stored = Customer.objects.get(pk="c7")
    assert stored.registered_at == datetime(2025, 12, 31, 16, tzinfo=UTC)
    assert (stored.member_level, stored.tags, stored.region, stored.orders) == (3, ["vip", "上海"], "SH", 7)
    assert stored.attributes == WHOLE["attributes"]


def test_what_is_absent_becomes_none_but_orders_stay(caller: Caller) -> None:
    put(caller, "c7", WHOLE)
    answer = put(caller, "c7", {"region": None})
    assert answer == {
        "id": "c7",
        "member_level": None,
        "tags": [],
        "registered_at": None,
        "region": None,
        "attributes": {},
        "orders": 7,
    }
    assert put(caller, "c7", {"orders": 0})["orders"] == 0


def test_a_customer_that_it_makes_has_no_orders_and_is_new(caller: Caller) -> None:
    fair.publish(fair.activity("welcome", targeting={"new_customers_only": True}))
    assert caller.quote(customer="c7")["discount_total"] == 0
    assert put(caller, "c7", {})["orders"] == 0
    assert caller.quote(customer="c7")["discount_total"] == 1_000


def test_id_may_be_any_code(caller: Caller) -> None:
    assert put(caller, "a%20b".replace("%20", "+"), {})["id"] == "a+b"
    assert put(caller, "%25;,!~", {})["id"] == "%;,!~"


def test_audited_once_with_the_keys_client(caller: Caller) -> None:
    put(caller, "c7", {"member_level": 1})
    put(caller, "c7", {"member_level": 1})
    put(caller, "c7", {"member_level": 2})
    entries = AuditEntry.objects.filter(subject_code="c7").order_by("id")
    assert [(entry.action, entry.actor) for entry in entries] == [("audiences.put_customer", "key:shop")] * 2
    assert entries[1].before == {"member_level": 1}
    assert entries[1].after == {"member_level": 2}
    assert all(len(entry.request_id) == 32 for entry in entries)


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({"name": "Ann"}, {("name", "unknown_key")}),
        ({"id": "c7"}, {("id", "unknown_key")}),
        ({"member_level": -1, "orders": 1.5}, {("member_level", "minimum"), ("orders", "type")}),
        ({"member_level": "3"}, {("member_level", "type")}),
        ({"member_level": True}, {("member_level", "type")}),
        ({"orders": 2**53 + 1}, {("orders", "number")}),
        ({"tags": "vip"}, {("tags", "type")}),
        ({"tags": [1, ""]}, {("tags[0]", "type"), ("tags[1]", "type")}),
        ({"registered_at": "2026-01-01"}, {("registered_at", "time")}),
        ({"registered_at": "2027-02-29T00:00:00Z"}, {("registered_at", "time")}),
        ({"attributes": []}, {("attributes", "type")}),
        ({"attributes": {"a": "\x00"}}, {("attributes.a", "characters")}),
        ({"attributes": {"a": 10**30}}, {("attributes.a", "number")}),
    ],
)
def test_faults_change_nothing(caller: Caller, body: Any, faults: set[tuple[str, str]]) -> None:
    answer = caller.put("customers/c7", body)
    assert answer.status_code == 400
    assert {(error["path"], error["code"]) for error in answer.json()["errors"]} == faults
    assert not Customer.objects.filter(pk="c7").exists()
    assert not AuditEntry.objects.filter(subject_code="c7").exists()


@pytest.mark.parametrize("customer", ["x" * 65, "%00", "%E4%B8%8A", "a%20b"])
def test_bad_id(caller: Caller, customer: str) -> None:
    answer = caller.put(f"customers/{customer}", {})
    assert answer.status_code == 400
    assert [error["path"] for error in answer.json()["errors"]] == ["id"]
