"""The catalogue as packs bring it: exact counts, one audit entry, nothing written twice."""

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection

from apps.catalog import selectors
from apps.catalog.models import Category, Sku
from apps.catalog.services import upsert_catalog
from apps.core.errors import DomainError
from apps.core.models import AuditEntry
from apps.pricing import cart

pytestmark = pytest.mark.django_db


def catalog() -> dict[str, list[dict[str, Any]]]:
    return {
        "shops": [{"code": "S1", "name": "自营"}],
        "brands": [{"code": "b1", "name": "某牌"}],
        "categories": [
            {"code": "running", "name": "跑鞋", "parent": "shoes", "excluded_from": []},
            {"code": "shoes", "name": "鞋", "parent": None, "excluded_from": ["coupons"]},
            {"code": "bags", "name": "包", "parent": None},
        ],
        "skus": [
            {
                "sku": "A",
                "name": "跑鞋",
                "shop": "S1",
                "category": "running",
                "brand": "b1",
                "tags": ["new"],
                "price": 19900,
                "cost": 9000,
                "floor_price": 12000,
                "min_price": 10000,
                "excluded_from": ["activities"],
            },
            {"sku": "B", "price": 0},
        ],
    }


def one_audit_entry() -> AuditEntry:
    return AuditEntry.objects.get(action="catalog.import")


def test_pricing_sees_what_the_pack_says() -> None:
    upsert_catalog(rows=catalog(), actor="pack")

    assert selectors.sku_facts(["A", "B", "unknown"]) == {
        "A": cart.Sku(
            sku="A",
            shop="S1",
            category_path=("shoes", "running"),
            brand="b1",
            tags=frozenset({"new"}),
            price=19900,
            min_price=10000,
            excluded_from=frozenset({"activities", "coupons"}),
            floor_price=12_000,
        ),
        "B": cart.Sku(sku="B"),
    }
    assert selectors.sku_facts([]) == {}


def test_counts_and_audit_of_a_first_import() -> None:
    outcome = upsert_catalog(rows=catalog(), actor="pack", reason="opening")

    assert (outcome.shops.created, outcome.categories.created, outcome.brands.created) == (1, 3, 1)
    assert (outcome.skus.created, outcome.skus.changed, outcome.skus.unchanged) == (2, 0, 0)
    assert outcome.protected == ()
    entry = one_audit_entry()
    assert (entry.actor, entry.reason) == ("pack", "opening")
    assert sorted(entry.after["skus"]["created_codes"]) == ["A", "B"]


def test_the_same_catalogue_twice_changes_nothing() -> None:
    upsert_catalog(rows=catalog(), actor="pack")
    stamps = dict(Sku.objects.values_list("code", "updated_at"))

    outcome = upsert_catalog(rows=catalog(), actor="pack")

    assert outcome.written == 0
    assert (outcome.skus.unchanged, outcome.categories.unchanged) == (2, 3)
    assert dict(Sku.objects.values_list("code", "updated_at")) == stamps
    assert one_audit_entry().actor == "pack"


def test_only_what_differs_is_written_and_protected_changes_are_told() -> None:
    upsert_catalog(rows=catalog(), actor="pack")
    rows = catalog()
    rows["skus"][0] |= {"min_price": None, "price": 18900}
    rows["categories"][1]["excluded_from"] = []

    outcome = upsert_catalog(rows={"skus": rows["skus"], "categories": rows["categories"]}, actor="pack")

    assert (outcome.skus.changed, outcome.skus.changed_keys, outcome.skus.unchanged) == (1, ("A",), 1)
    assert (outcome.categories.changed, outcome.categories.unchanged) == (1, 2)
    assert outcome.protected == (
        {"category": "shoes", "excluded_from": [["coupons"], []]},
        {"sku": "A", "min_price": [10000, None]},
    )
    assert AuditEntry.objects.filter(action="catalog.import").first().after["protected"] == list(
        outcome.protected
    )
    assert selectors.sku_facts(["A"])["A"].excluded_from == {"activities"}


def test_an_entry_left_out_stays() -> None:
    upsert_catalog(rows=catalog(), actor="pack")

    upsert_catalog(rows={"skus": [{"sku": "C", "price": 5}]}, actor="pack")

    assert set(Sku.objects.values_list("code", flat=True)) == {"A", "B", "C"}


def test_moving_a_category_moves_all_below_it() -> None:
    upsert_catalog(rows=catalog(), actor="pack")

    upsert_catalog(rows={"categories": [{"code": "shoes", "name": "鞋", "parent": "bags"}]}, actor="pack")

    assert Category.objects.get(code="running").path == ["bags", "shoes", "running"]
    facts = selectors.sku_facts(["A"])["A"]
    assert facts.category_path == ("bags", "shoes", "running")
    assert facts.excluded_from == {"activities"}


def test_a_loop_is_refused_and_nothing_is_written() -> None:
    upsert_catalog(rows=catalog(), actor="pack")

    with pytest.raises(DomainError) as refusal:
        upsert_catalog(
            rows={
                "categories": [{"code": "shoes", "parent": "running"}],
                "skus": [{"sku": "Z", "price": 1}],
            },
            actor="pack",
        )

    assert (refusal.value.code, refusal.value.field) == ("category_loop", "parent")
    assert refusal.value.numbers["codes"] in ("running < shoes < running", "shoes < running < shoes")
    assert Category.objects.get(code="shoes").parent_id is None
    assert not Sku.objects.filter(code="Z").exists()
    assert AuditEntry.objects.filter(action="catalog.import").count() == 1


def test_a_tree_of_33_levels_is_refused() -> None:
    chain = [{"code": f"c{i}", "parent": f"c{i - 1}" if i else None} for i in range(33)]

    with pytest.raises(DomainError) as refusal:
        upsert_catalog(rows={"categories": chain}, actor="pack")

    assert refusal.value.code == "category_depth"
    assert upsert_catalog(rows={"categories": chain[:32]}, actor="pack").categories.created == 32


def test_the_database_itself_refuses_a_path_that_is_not_true() -> None:
    upsert_catalog(rows=catalog(), actor="pack")

    Category.objects.filter(code="shoes").update(parent="running")

    with pytest.raises(IntegrityError, match="paths that do not follow"), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    "wrong",
    [
        {"price": -1},
        {"price": 10**12 + 1},
        {"price": 1, "min_price": -1},
        {"price": 1, "cost": -5},
        {"price": 1, "excluded_from": ["everything"]},
        {"price": None},
    ],
)
def test_the_database_refuses_what_no_sku_can_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError):
        upsert_catalog(rows={"skus": [{"sku": "A", **wrong}]}, actor="pack")


def test_a_code_with_a_slash_reaches_no_table() -> None:
    with pytest.raises(IntegrityError, match="sku_code_form"):
        upsert_catalog(rows={"skus": [{"sku": "a/b", "price": 1}]}, actor="pack")


def test_a_sku_given_twice_is_refused() -> None:
    with pytest.raises(DatabaseError):
        upsert_catalog(rows={"skus": [{"sku": "A", "price": 1}, {"sku": "A", "price": 2}]}, actor="pack")


def test_what_is_exported_imports_as_the_same() -> None:
    upsert_catalog(rows=catalog(), actor="pack")

    document = selectors.catalog_document()

    assert upsert_catalog(rows=document, actor="pack").written == 0
    assert document["categories"] == [
        {"code": "bags", "name": "包", "parent": None, "excluded_from": []},
        {"code": "shoes", "name": "鞋", "parent": None, "excluded_from": ["coupons"]},
        {"code": "running", "name": "跑鞋", "parent": "shoes", "excluded_from": []},
    ]
    assert document["skus"][1] == {
        "sku": "B",
        "name": "",
        "shop": None,
        "category": None,
        "brand": None,
        "tags": [],
        "price": 0,
        "cost": None,
        "floor_price": None,
        "min_price": None,
        "excluded_from": [],
    }


def test_a_part_of_the_catalogue_brings_what_it_names() -> None:
    upsert_catalog(rows=catalog(), actor="pack")

    document = selectors.catalog_document(["A"])

    assert [sku["sku"] for sku in document["skus"]] == ["A"]
    assert [category["code"] for category in document["categories"]] == ["shoes", "running"]
    assert [shop["code"] for shop in document["shops"]] == ["S1"]
    assert [brand["code"] for brand in document["brands"]] == ["b1"]
