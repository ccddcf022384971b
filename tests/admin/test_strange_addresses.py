"""Addresses that can name nothing here are not found; none of them is an error of the server."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from apps.catalog.models import Category
from tests.activities.cast import person

pytestmark = pytest.mark.django_db
ARGUMENT = re.compile(r"<(?:str|path|slug):\w+>|<\w+>")


def routes(entries: list[Any], before: str = "") -> Iterator[str]:
    """Every address of the project that takes texts, as a pattern."""
    for entry in entries:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry.url_patterns, route)
        elif isinstance(entry, URLPattern) and ARGUMENT.search(route):
            yield route


@pytest.mark.parametrize("strange", ["%C2%B2", "%00", "%E4%B8%AD"], ids=["²", "NUL", "中"])
def test_what_no_code_can_be_is_not_found(as_user: Any, strange: str) -> None:
    client = as_user(person("root", "administrator"))
    client.raise_request_exception = False
    asked = [f"/{route}" for route in routes(get_resolver().url_patterns) if route.startswith("admin/")]
    addresses = [re.sub(r"<[^>]+>", strange, route) for route in asked if "(?P" not in route]
    assert len(addresses) > 100
    wrong = {one: status for one in addresses if (status := client.get(one).status_code) != 404}
    assert wrong == {}


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/admin/coupons/coupon/?q=%00", 400),
        ("/admin/reports/?p=%C2%B2", 200),
        ("/admin/reports/?p=" + "9" * 40, 200),
        ("/admin/risk/rule/%D9%A3/change/", 404),
    ],
)
def test_strange_questions(as_user: Any, address: str, status: int) -> None:
    client = as_user(person("mia", "analyst"))
    client.raise_request_exception = False
    assert client.get(address).status_code == status


def test_what_the_database_cannot_hold_is_the_senders_fault(as_user: Any) -> None:
    client = as_user(person("ann", "operator"))
    client.raise_request_exception = False
    sent = {"code": "shoes", "name": "Shoes", "parent": "\x00"}
    assert client.post("/admin/catalog/category/add/", sent).status_code == 400
    assert not Category.objects.exists()
