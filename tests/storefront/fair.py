"""A small fair to price in: two shops, three goods, one audience by rule and one by list, offers as tests need them."""

from collections.abc import Mapping
from typing import Any

from apps.activities.models import Activity
from apps.audiences.services import upsert_audiences, upsert_customers
from apps.catalog.services import set_portal, upsert_catalog
from apps.offers.versions.drafts import create_draft
from apps.offers.versions.publication import publish_without_approval

START, END = "2026-11-01T00:00:00+08:00", "2030-01-01T00:00:00+08:00"
DURING = "2026-11-11T10:00:00+08:00"


def set_up() -> None:
    set_portal(currency="CNY", selection="best", actor="test")
    rows = {
        "shops": [{"code": "S1", "name": "One"}, {"code": "S2", "name": "Two"}],
        "categories": [{"code": "shoes", "name": "Shoes"}],
        "skus": [
            {"sku": "A", "name": "Runner", "shop": "S1", "category": "shoes", "price": 10_000},
            {"sku": "B", "name": "Sock", "shop": "S1", "price": 2_000, "min_price": 1_500},
            {"sku": "Z", "name": "Hat", "shop": "S2", "price": 5_000},
        ],
    }
    upsert_catalog(rows=rows, actor="test")
    upsert_audiences(
        actor="test",
        rows=[
            {"code": "vip", "rule": {"field": "member_level", "op": "gte", "value": 3}},
            {"code": "chosen", "members": ["c1"]},
        ],
    )
    upsert_customers(actor="test", rows=[{"id": "c1", "member_level": 1, "orders": 0}])


def activity(code: str, **fields: Any) -> dict[str, Any]:
    """The document of an activity: 10 off 100 in shop S1, unless the fields say otherwise."""
    return {
        "code": code,
        "name": code,
        "layer": "shop",
        "shop": "S1",
        "kind": "threshold",
        "params": {"metric": "amount", "tiers": [{"at": 10_000, "benefit": {"amount_off": 1_000}}]},
        "starts_at": START,
        "ends_at": END,
        **fields,
    }


def flash(code: str, value: int, **fields: Any) -> dict[str, Any]:
    """An item offer on SKU A."""
    shape = {"layer": "item", "kind": "flash_sale", "params": {"value": value}, "shop": None}
    return activity(code, **{**shape, "scope": {"mode": "include", "skus": ["A"]}, **fields})


def publish(document: Mapping[str, Any], model: type[Any] = Activity) -> Any:
    return publish_without_approval(thing=create_draft(model=model, content=document, actor=None))


def cart(**fields: Any) -> dict[str, Any]:
    """Two runners and a sock: 220 in all."""
    lines = [{"line": "1", "sku": "A", "quantity": 2}, {"line": "2", "sku": "B", "quantity": 1}]
    return {"currency": "CNY", "lines": lines, **fields}
