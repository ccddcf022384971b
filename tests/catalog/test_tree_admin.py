"""The category tree, shops and brands in the admin."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog import selectors
from apps.catalog.models import Brand, Category, Shop
from apps.catalog.services import upsert_catalog
from apps.core.models import AuditEntry
from apps.core.roles import Role

from .conftest import MakeClient

LIST = "/admin/catalog/category/"


def test_the_tree_is_indented(shelf: None, client_of: MakeClient) -> None:
    response = client_of(Role.ANALYST).get(LIST)

    assert [row.code for row in response.context["cl"].result_list] == ["bags", "shoes", "running"]
    assert [row.skus for row in response.context["cl"].result_list] == [None, None, 1]
    assert "\N{IDEOGRAPHIC SPACE}Running" in response.content.decode()


def test_moving_a_category(shelf: None, client_of: MakeClient) -> None:
    client_of(Role.OPERATOR).post(
        f"{LIST}shoes/change/", {"code": "shoes", "name": "Shoes", "parent": "bags"}
    )

    assert Category.objects.get(code="running").path == ["bags", "shoes", "running"]
    assert selectors.sku_facts(["A"])["A"].category_path == ("bags", "shoes", "running")
    entry = AuditEntry.objects.get(action="catalog.category.change")
    assert (entry.before, entry.after) == ({"parent": None}, {"parent": "bags"})


@pytest.mark.parametrize("parent", ["shoes", "running"])
def test_a_loop_is_refused_at_its_field(shelf: None, client_of: MakeClient, parent: str) -> None:
    response = client_of(Role.OPERATOR).post(
        f"{LIST}shoes/change/", {"code": "shoes", "name": "Shoes", "parent": parent}
    )

    assert response.context["adminform"].form.errors == {"parent": ["A category can't be below itself."]}
    assert Category.objects.get(code="shoes").parent_id is None


def test_a_tree_too_deep_is_refused_at_its_field(shelf: None, client_of: MakeClient) -> None:
    chain = [{"code": f"c{i}", "parent": f"c{i - 1}" if i else None} for i in range(31)]
    upsert_catalog(rows={"categories": chain}, actor="test")

    response = client_of(Role.OPERATOR).post(
        f"{LIST}shoes/change/", {"code": "shoes", "name": "Shoes", "parent": "c30"}
    )

    assert list(response.context["adminform"].form.errors) == ["parent"]
    assert Category.objects.get(code="shoes").parent_id is None


def test_adding_below_another(shelf: None, client_of: MakeClient) -> None:
    response = client_of(Role.OPERATOR).post(
        f"{LIST}add/", {"code": "trail", "name": "Trail", "parent": "running"}
    )

    assert response.status_code == 302
    assert Category.objects.get(code="trail").path == ["shoes", "running", "trail"]


def test_the_administrator_keeps_shops_the_operator_brands(shelf: None, client_of: MakeClient) -> None:
    operator, administrator = client_of(Role.OPERATOR), client_of(Role.ADMINISTRATOR)

    assert operator.post("/admin/catalog/shop/add/", {"code": "S2", "name": "x"}).status_code == 403
    assert administrator.post("/admin/catalog/shop/add/", {"code": "S3", "name": "x"}).status_code == 302
    assert administrator.post("/admin/catalog/brand/add/", {"code": "b2", "name": "x"}).status_code == 403
    assert operator.post("/admin/catalog/brand/add/", {"code": "b3", "name": "x"}).status_code == 302
    assert set(Shop.objects.values_list("code", flat=True)) == {"S1", "S3"}
    assert set(Brand.objects.values_list("code", flat=True)) == {"b1", "b3"}


@pytest.mark.parametrize("name", ["category", "brand", "shop"])
def test_lists_cost_the_same_whatever_their_length(
    shelf: None, client_of: MakeClient, django_assert_num_queries: Any, name: str
) -> None:
    client = client_of(Role.ANALYST)
    url = f"/admin/catalog/{name}/"
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    more = [{"code": f"n{i}", "name": "x"} for i in range(40)]
    upsert_catalog(rows={"categories": more, "brands": more, "shops": more}, actor="test")

    with django_assert_num_queries(len(few)):
        assert client.get(url).status_code == 200
