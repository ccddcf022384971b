"""The SKU table of what runs shows what is sold and what unpaid orders hold, in columns of its own."""

import json
from typing import Any

import pytest
from django.test import Client

from apps.activities.models import Activity
from tests.activities.cast import person
from tests.orders_life.shop import Shop, key, shop
from tests.storefront import fair

__all__ = ["key", "shop"]
pytestmark = pytest.mark.usefixtures("shop_fair")


def reader() -> Client:
    ann = person("ann", "operator")
    ann.is_staff = True
    ann.save()
    client = Client()
    client.force_login(ann)
    client.cookies["django_language"] = "en"
    return client


def columns(client: Client, page: str) -> list[str]:
    html = client.get(page).content.decode()
    words = html.split('id="pp-grid-words" type="application/json">')[1].split("</script>")[0]
    return [name for name, _label in json.loads(words)["columns"]]


def rows(client: Client, page: str) -> dict[str, Any]:
    return {
        row["sku"]: (row.get("sold"), row.get("held")) for row in client.get(f"{page}rows/").json()["rows"]
    }


def test_sold_and_held_units_stand_beside_the_stock_of_each_sku(shop: Shop) -> None:
    prices, stock = {"A": 6_000, "B": 1_600}, {"per_sku": {"A": 10}}
    fair.publish(fair.flash("f", 1, params={"prices": prices}, stock=stock))
    client, page = reader(), f"/admin/activities/activity/{Activity.objects.get().pk}/goods/"
    assert rows(client, page) == {"A": ("0", "0"), "B": (None, None)}
    shop.paid("o1", 3)
    shop.held("o2", 2)
    shop.order("o3", 1, "B")
    assert rows(client, page) == {"A": ("3", "2"), "B": (None, None)}
    names = columns(client, page)
    assert names[names.index("stock") :][:3] == ["stock", "sold", "held"]


def test_without_a_stock_of_single_skus_there_are_no_such_columns(shop: Shop) -> None:
    fair.publish(fair.flash("f", 1, params={"prices": {"A": 6_000}}, stock={"total": 5}))
    client, page = reader(), f"/admin/activities/activity/{Activity.objects.get().pk}/goods/"
    assert {"sold", "held"}.isdisjoint(columns(client, page))
    assert rows(client, page) == {"A": (None, None)}
