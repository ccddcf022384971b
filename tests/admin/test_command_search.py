"""⌘K: everything by name, code or id, as far as one may see it; a bounded number of statements, by indexes."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.services.lists import toggle_star
from apps.activities.models import Event
from apps.audiences.models import Customer
from apps.catalog.models import Sku
from tests.accounts.shops import FOREIGN, OWN, PLATFORM, activity, batch, clerk, coupon, open_shops, order
from tests.coupons.world import a_campaign, a_template

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shops(db, settings):
    settings.ALLOW_PUBLISH = True
    open_shops()


@pytest.fixture
def everybody():
    user = clerk("all")
    user.shops = []
    user.save()
    return user


def found(client, term):
    answer = client.get("/admin/search/", {"s": term, "extended": "1"})
    return [(one.title, one.icon) for one in answer.context["results"]]


def test_each_kind_by_name_code_or_id(everybody, as_user):
    activity(PLATFORM, "act-1", name="巅峰之夜")
    Event.objects.create(code="d11", name="双11大促")
    a_template("tpl-1", name="满百减十")
    a_campaign("claim-1", template="tpl-1", name="天天领券")
    batch(OWN)
    coupon(OWN)
    order(OWN)
    Customer.objects.get_or_create(code="CUST-9")
    client = as_user(everybody)
    expected = {
        "巅峰": ("巅峰之夜 (act-1)", "sell"),
        "ACT-1": ("巅峰之夜 (act-1)", "sell"),
        "大促": ("双11大促 (d11)", "celebration"),
        "满百": ("满百减十 (tpl-1)", "confirmation_number"),
        "天天领": ("天天领券 (claim-1)", "redeem"),
        "batch-s1": ("码 (batch-s1)", "pin"),
        "sku-s1": ("货s1 (sku-s1)", "inventory_2"),
        "coupon-s1": ("coupon-s1", "loyalty"),
        "order-s1": ("order-s1", "receipt_long"),
        "cust-9": ("CUST-9", "person"),
    }
    for term, one in expected.items():
        assert one in found(client, term), term
    assert found(client, "nothing of the kind") == []


def test_what_is_starred_comes_first(everybody, as_user):
    things = [activity(PLATFORM, f"act-{number}", name="同名活动") for number in range(4)]
    client = as_user(everybody)
    assert found(client, "同名")[0][0] == "同名活动 (act-3)"
    toggle_star(user=everybody, row=things[1])
    assert found(client, "同名")[0][0] == "同名活动 (act-1)"


def test_other_shops_are_not_found(as_user):
    for shop in (OWN, FOREIGN):
        activity(shop, f"act-{shop}", name="店铺活动")
        order(shop)
    client = as_user(clerk())
    assert [title for title, _icon in found(client, "店铺活动")] == ["店铺活动 (act-s1)"]
    assert found(client, "order-s2") == []
    assert [title for title, _icon in found(client, "order-s1")] == ["order-s1"]


def test_roles_find_what_they_may_see(as_user):
    activity(OWN, name="店铺活动")
    from tests.activities.cast import person

    assert found(as_user(person("adm", "administrator")), "店铺活动") == []


def test_statements_do_not_grow_with_the_rows(everybody, as_user):
    client = as_user(everybody)
    found(client, "货")
    with CaptureQueriesContext(connection) as few:
        found(client, "货")
    Sku.objects.bulk_create(Sku(code=f"more-{n}", name=f"货{n}", price_amount=1) for n in range(50))
    with CaptureQueriesContext(connection) as many:
        answer = found(client, "货")
    assert len(many) == len(few)
    assert len(answer) == 10


def test_names_are_searched_by_an_index():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for table in ("activities_activity", "catalog_sku"):
            cursor.execute(f"EXPLAIN SELECT 1 FROM {table} WHERE UPPER(name::text) LIKE UPPER('%巅峰之夜%')")
            plan = " ".join(row[0] for row in cursor.fetchall())
            assert "by_words" in plan, plan
