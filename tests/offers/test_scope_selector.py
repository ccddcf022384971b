"""The database finds the same SKUs in a scope as the engine does."""

from typing import Any

import pytest

from apps.catalog.services.imports import upsert_catalog
from apps.offers.compile import compile_scope
from apps.offers.documents import read_activity
from apps.offers.selectors import count_scope, skus_in_scope
from apps.packs.document import read_pack
from apps.packs.offline import sku_facts
from apps.pricing.faults import Findings
from tests.offers.documents import activity, read

pytestmark = pytest.mark.django_db
CATALOG = {
    "shops": [{"code": "S1"}, {"code": "S2"}],
    "categories": [
        {"code": "shoes"},
        {"code": "running", "parent": "shoes"},
        {"code": "trail", "parent": "running"},
        {"code": "food"},
    ],
    "brands": [{"code": "b1"}, {"code": "b2"}],
    "skus": [
        {"sku": "A", "price": 1, "shop": "S1", "category": "trail", "brand": "b1", "tags": ["new", "hot"]},
        {"sku": "B", "price": 1, "shop": "S1", "category": "running", "brand": "b2"},
        {"sku": "C", "price": 1, "shop": "S2", "category": "shoes", "tags": ["hot"]},
        {"sku": "D", "price": 1, "shop": "S2", "category": "food", "brand": "b1"},
        {"sku": "E", "price": 1},
    ],
}
SCOPES = [
    ({"mode": "all"}, "ABCDE"),
    ({"mode": "include"}, ""),
    ({"mode": "include", "skus": ["A", "E"]}, "AE"),
    ({"mode": "include", "categories": ["running"]}, "AB"),
    ({"mode": "include", "categories": ["shoes"], "except": {"brands": ["b2"]}}, "AC"),
    ({"mode": "include", "categories": ["shoes"], "except": {"categories": ["trail"], "skus": ["C"]}}, "B"),
    ({"mode": "include", "brands": ["b1"], "tags": ["hot"]}, "ACD"),
    ({"mode": "include", "shops": ["S2"], "except": {"tags": ["hot"]}}, "D"),
    ({"mode": "exclude"}, "ABCDE"),
    ({"mode": "exclude", "categories": ["shoes"]}, "DE"),
    ({"mode": "exclude", "brands": ["b1", "b2"], "skus": ["E"]}, "C"),
    ({"mode": "exclude", "tags": ["new"], "shops": ["S2"]}, "BE"),
]


@pytest.mark.parametrize(("scope", "expected"), SCOPES)
def test_a_scope_finds_its_skus_in_the_database_as_in_memory(scope: dict[str, Any], expected: str) -> None:
    document = read_pack({"pack": 1, "catalog": CATALOG}, Findings())
    sections = ("shops", "categories", "brands", "skus")
    upsert_catalog(rows={name: getattr(document, name) for name in sections}, actor=None)
    content = read(read_activity, activity(scope=scope))[0]["scope"]
    assert "".join(sorted(skus_in_scope(content).values_list("code", flat=True))) == expected
    covers = compile_scope(content).covers
    assert "".join(code for code, facts in sku_facts(document).items() if covers(facts)) == expected


def test_a_shops_offer_reaches_only_its_goods(django_assert_num_queries: Any) -> None:
    document = read_pack({"pack": 1, "catalog": CATALOG}, Findings())
    sections = ("shops", "categories", "brands", "skus")
    upsert_catalog(rows={name: getattr(document, name) for name in sections}, actor=None)
    content = read(read_activity, activity(scope={"mode": "include", "tags": ["hot"]}))[0]["scope"]
    with django_assert_num_queries(2):
        found = count_scope(content, "S2")
        assert (found.count, [sku.code for sku in found.sample]) == (1, ["C"])
    assert count_scope(content, sample=1).count == 2
    assert len(count_scope(content, sample=1).sample) == 1
