"""What the shop tells of its customers: replaced whole, but the number of orders is kept."""

from datetime import UTC, datetime
from typing import Any

import pytest

from apps.audiences.models import Customer
from apps.audiences.selectors import customers_document, stored_customer
from apps.audiences.services import ensure_customer, put_customer, upsert_audiences, upsert_customers
from apps.core.models import AuditEntry

pytestmark = pytest.mark.django_db
JANUARY = datetime(2026, 1, 1, tzinfo=UTC)


def put(**told: Any) -> Any:
    return put_customer(code="c1", actor="key:shop", **told)


def test_a_new_customer_has_no_orders() -> None:
    outcome = put(member_level=3, tags=["vip"])

    assert (outcome.created, outcome.changed) == (True, True)
    assert Customer.objects.get().orders == 0
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.subject_code, entry.actor) == ("audiences.put_customer", "c1", "key:shop")
    assert entry.before is None
    assert entry.after["tags"] == ["vip"]


def test_what_is_absent_becomes_none_but_orders_stay() -> None:
    put(
        member_level=3,
        tags=["vip"],
        registered_at=JANUARY,
        region="CN",
        attributes={"size": "M"},
        orders=7,
    )

    put(member_level=4)

    customer = Customer.objects.get()
    assert (customer.member_level, customer.tags, customer.registered_at) == (4, [], None)
    assert (customer.region, customer.attributes, customer.orders) == (None, {}, 7)
    entry = AuditEntry.objects.first()
    assert entry.before == {
        "member_level": 3,
        "tags": ["vip"],
        "registered_at": "2026-01-01T00:00:00+00:00",
        "region": "CN",
        "attributes": {"size": "M"},
    }


def test_given_orders_replace_what_is_stored() -> None:
    put(orders=7)

    put(orders=0)

    assert Customer.objects.get().orders == 0


def test_the_same_put_twice_changes_and_audits_nothing() -> None:
    put(member_level=3, registered_at=JANUARY, attributes={"a": [1]})
    stamp = Customer.objects.get().updated_at

    outcome = put(member_level=3, registered_at=JANUARY, attributes={"a": [1]})

    assert (outcome.created, outcome.changed) == (False, False)
    assert Customer.objects.get().updated_at == stamp
    assert AuditEntry.objects.count() == 1


def test_a_write_that_names_an_unknown_customer_makes_one_with_unknown_orders() -> None:
    ensure_customer("c1")
    ensure_customer("c1")

    assert Customer.objects.get().orders is None
    put(member_level=1)
    assert Customer.objects.get().orders is None


def pack_rows() -> list[dict[str, Any]]:
    return [
        {
            "id": "c1",
            "member_level": 3,
            "tags": ["vip"],
            "registered_at": "2026-01-01T00:00:00+00:00",
            "region": "CN",
            "attributes": {"size": "M", "n": [1, {"x": None}]},
            "orders": 2,
        },
        {"id": "c2"},
    ]


def test_customers_of_a_pack_twice_change_nothing() -> None:
    first = upsert_customers(rows=pack_rows(), actor="pack")
    second = upsert_customers(rows=pack_rows(), actor="pack")

    assert (first.created, first.changed, first.unchanged) == (2, 0, 0)
    assert (second.created, second.changed, second.unchanged) == (0, 0, 2)
    assert AuditEntry.objects.count() == 1
    assert dict(Customer.objects.values_list("code", "orders")) == {"c1": 2, "c2": None}


def test_a_pack_without_orders_keeps_those_counted() -> None:
    put(orders=9, member_level=1)

    outcome = upsert_customers(rows=[{"id": "c1", "member_level": 2}], actor="pack")

    assert outcome.changed == 1
    assert Customer.objects.values_list("member_level", "orders").get() == (2, 9)


def test_exported_customers_import_as_the_same() -> None:
    upsert_customers(rows=pack_rows(), actor="pack")

    document = customers_document()

    assert [row["id"] for row in document] == ["c1", "c2"]
    assert upsert_customers(rows=document, actor="pack").written == 0


def test_what_a_quote_reads_of_a_customer() -> None:
    upsert_customers(rows=pack_rows(), actor="pack")
    upsert_audiences(rows=[{"code": "crm", "members": ["c1", "stranger"]}], actor="pack")

    customer = stored_customer("c1")

    assert customer.known
    assert customer.lists == ("crm",)
    assert customer.fields == {
        "member_level": 3,
        "tags": ["vip"],
        "registered_at": "2026-01-01T00:00:00+00:00",
        "orders": 2,
        "region": "CN",
        "size": "M",
        "n": [1, {"x": None}],
    }
    stranger = stored_customer("stranger")
    assert (stranger.known, stranger.lists, stranger.fields) == (False, ("crm",), {})


def test_what_a_quote_reads_of_nobody(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        nobody = stored_customer("nobody")

    assert (nobody.known, nobody.lists, nobody.fields) == (False, (), {})
