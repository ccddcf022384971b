"""SKUs in the admin: seen by who may, changed through the service, listed at a constant cost."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.catalog.models import Sku
from apps.catalog.services import upsert_catalog
from apps.core.models import AuditEntry
from apps.core.roles import Role

from .conftest import MakeClient

LIST = "/admin/catalog/sku/"
FORM = "/admin/catalog/sku/A/change/"


def typed(**changes: Any) -> dict[str, Any]:
    return {
        "code": "A",
        "name": "Runner",
        "shop": "S1",
        "category": "running",
        "brand": "b1",
        "tags": "new",
        "price_amount": "199.50",
        "cost_amount": "200.00",
        "floor_price_amount": "",
        "min_price_amount": "100.00",
        **changes,
    }


def listed(client: Client, query: str) -> list[str]:
    return [sku.code for sku in client.get(f"{LIST}?{query}").context["cl"].result_list]


def test_amounts_are_shown_as_money(shelf: None, client_of: MakeClient) -> None:
    page = client_of(Role.ANALYST).get(LIST).content.decode()

    assert "¥199.50" in page
    assert "¥200" in page
    assert "19950" not in page


def test_who_only_reads_sees_money_too(shelf: None, client_of: MakeClient) -> None:
    page = client_of(Role.ANALYST).get(FORM).content.decode()

    assert "¥199.50" in page
    assert "19950" not in page


def test_an_operator_types_yuan(shelf: None, client_of: MakeClient) -> None:
    response = client_of(Role.OPERATOR).post(
        FORM, typed(price_amount="¥1,299", cost_amount="", tags="new\nsale\nnew\n")
    )

    assert response.status_code == 302, response.context and response.context["errors"]
    sku = Sku.objects.get()
    assert (sku.price_amount, sku.cost_amount, sku.min_price_amount) == (129900, None, 10000)
    assert sku.tags == ["new", "sale"]
    assert sku.excluded_from == []
    entry = AuditEntry.objects.get(action="catalog.sku.change")
    assert entry.actor == "user:operator-1"
    assert entry.before == {"price_amount": 19950, "cost_amount": 20000, "tags": ["new"]}
    assert entry.after == {"price_amount": 129900, "cost_amount": None, "tags": ["new", "sale"]}


@pytest.mark.parametrize("text", ["-1", "1.234", "many", ""])
def test_a_price_that_is_none_is_refused_at_its_field(shelf: None, client_of: MakeClient, text: str) -> None:
    response = client_of(Role.OPERATOR).post(FORM, typed(price_amount=text))

    assert list(response.context["adminform"].form.errors) == ["price_amount"]
    assert Sku.objects.get().price_amount == 19950


def without_min_price_permission() -> None:
    from django.contrib.auth.models import Permission

    permission = Permission.objects.get(codename="change_min_price")
    for user in User.objects.all():
        for group in user.groups.all():
            group.permissions.remove(permission)


def test_without_the_permission_a_minimum_price_stays(shelf: None, client_of: MakeClient) -> None:
    client = client_of(Role.OPERATOR)
    without_min_price_permission()

    response = client.post(FORM, typed(name="Renamed", min_price_amount="1.00", excluded_from=["coupons"]))

    assert response.status_code == 302
    sku = Sku.objects.get()
    assert (sku.name, sku.min_price_amount, sku.excluded_from) == ("Renamed", 10000, [])


def test_with_the_permission_it_changes_and_is_audited(shelf: None, client_of: MakeClient) -> None:
    response = client_of(Role.APPROVER).get(FORM)
    assert response.status_code == 200
    client = client_of(Role.OPERATOR)
    from django.contrib.auth.models import Permission

    operator = User.objects.get(username="operator-1")
    operator.user_permissions.add(Permission.objects.get(codename="change_min_price"))

    client.post(FORM, typed(min_price_amount="50", excluded_from=["coupons"]))

    sku = Sku.objects.get()
    assert (sku.min_price_amount, sku.excluded_from, sku.excluded_all) == (5000, ["coupons"], ["coupons"])
    entry = AuditEntry.objects.get(action="catalog.sku.change")
    assert entry.after == {"min_price_amount": 5000, "excluded_from": ["coupons"]}


@pytest.mark.parametrize("role", [Role.APPROVER, Role.ANALYST, Role.AUDITOR, Role.CUSTOMER_SERVICE])
def test_who_only_reads_changes_nothing(shelf: None, client_of: MakeClient, role: Role) -> None:
    client = client_of(role)

    assert client.get(LIST).status_code == 200
    assert client.post(FORM, typed(price_amount="1")).status_code == 403
    assert client.get("/admin/catalog/sku/add/").status_code == 403
    assert client.get("/admin/catalog/sku/A/delete/").status_code == 403
    assert Sku.objects.get().price_amount == 19950


def test_an_operator_adds_a_sku_but_nobody_gives_a_code_twice(shelf: None, client_of: MakeClient) -> None:
    client = client_of(Role.OPERATOR)

    added = client.post("/admin/catalog/sku/add/", typed(code="N", min_price_amount=""))
    again = client.post("/admin/catalog/sku/add/", typed(price_amount="1"))
    slash = client.post("/admin/catalog/sku/add/", typed(code="n/1"))

    assert added.status_code == 302
    assert AuditEntry.objects.get(action="catalog.sku.add").subject_code == "N"
    assert list(again.context["adminform"].form.errors) == ["code"]
    assert list(slash.context["adminform"].form.errors) == ["code"]
    assert dict(Sku.objects.values_list("code", "price_amount")) == {"A": 19950, "N": 19950}


def test_filters(shelf: None, client_of: MakeClient) -> None:
    upsert_catalog(
        rows={"skus": [{"sku": "B", "price": 5, "excluded_from": ["coupons"]}, {"sku": "C", "price": 9}]},
        actor="test",
    )
    client = client_of(Role.ANALYST)

    assert listed(client, "") == ["A", "B", "C"]
    assert listed(client, "category__code__exact=shoes") == ["A"]
    assert listed(client, "category__code__exact=bags") == []
    assert listed(client, "shop__code__exact=S1") == ["A"]
    assert listed(client, "brand__code__exact=b1") == ["A"]
    assert listed(client, "tag=new") == ["A"]
    assert listed(client, "tag=ne") == []
    assert listed(client, "excluded=coupons") == ["B"]
    assert listed(client, "excluded=activities") == []
    assert listed(client, "min_price=yes") == ["A"]
    assert listed(client, "min_price=no") == ["B", "C"]
    assert listed(client, "below_cost=yes") == ["A"]
    assert listed(client, "q=runn") == ["A"]
    assert listed(client, "q=b") == ["B"]


def test_the_list_costs_the_same_whatever_its_length(
    shelf: None, client_of: MakeClient, django_assert_num_queries: Any
) -> None:
    client = client_of(Role.ANALYST)
    client.get(LIST)
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    rows = [
        {"sku": f"N{i}", "price": i, "shop": "S1", "category": "running", "brand": "b1"} for i in range(60)
    ]
    upsert_catalog(rows={"skus": rows}, actor="test")

    with django_assert_num_queries(len(few)):
        assert len(listed(client, "")) == 50
