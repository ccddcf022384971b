"""Look-ups of the forms: by code or name, only for who may read, within a scope where that is asked."""

import pytest

from apps.catalog.models import Brand, Sku
from tests.activities.cast import live, person, picture
from tests.admin.typing import LIST, page_of

pytestmark = pytest.mark.django_db


def found(client, path, **query):
    return [entry["code"] for entry in client.get(path, query).json()]


def test_by_code_by_name_and_by_many_codes(ann, as_user):
    Sku.objects.create(code="TV-1", name="电视", price_amount=1)
    Sku.objects.create(code="TV-2", name="盒子", price_amount=1, tags=["smart"])
    client = as_user(ann)
    assert found(client, f"{LIST}pick/sku/", q="tv-") == ["TV-1", "TV-2"]
    assert found(client, f"{LIST}pick/sku/", q="盒") == ["TV-2"]
    assert client.get(f"{LIST}pick/sku/", {"codes": "TV-1,nothing"}).json() == [
        {"code": "TV-1", "name": "电视"}
    ]
    assert found(client, f"{LIST}pick/tag/", q="sma") == ["smart"]
    assert client.get(f"{LIST}pick/nothing/").status_code == 404


def test_who_pays_is_the_platform_the_shop_or_a_brand_by_name(ann, as_user):
    Brand.objects.create(code="sg", name="山果记")
    Brand.objects.create(code="qh", name="青禾")
    client = as_user(ann, "zh-hans")
    assert found(client, f"{LIST}pick/payer/") == ["platform", "shop", "brand:qh", "brand:sg"]
    assert found(client, f"{LIST}pick/payer/", q="山果") == ["brand:sg"]
    assert client.get(f"{LIST}pick/payer/", {"codes": "shop,brand:qh"}).json() == [
        {"code": "shop", "name": "店铺"},
        {"code": "brand:qh", "name": "青禾"},
    ]


def test_only_who_reads_activities_looks_up(as_user):
    assert as_user(person("adam", "administrator")).get(f"{LIST}pick/sku/").status_code == 403


def test_stopping_offers_and_takes_only_skus_of_the_activity(ann, cleo, as_user):
    activity = live(ann, cleo, scope={"mode": "include", "skus": ["A"]}, stock={})
    client = as_user(ann)
    assert found(client, page_of(activity, "pick", "sku")) == ["A"]
    before = picture(activity)
    answer = client.post(page_of(activity, "do", "stop_skus"), {"skus": "A B", "reason": "x"})
    assert answer.context["form"].errors == {"skus": ["Not in this activity: B."]}
    assert picture(activity) == before
