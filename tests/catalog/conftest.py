"""People and a small catalogue."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from apps.accounts.models import User
from apps.catalog.services import upsert_catalog
from apps.core.roles import Role

MakeClient = Callable[[Role], Client]


def make_user(role: Role) -> User:
    user = User.objects.create_user(f"{role.value}-1", password="x", is_staff=True, language="en")
    user.groups.add(Group.objects.get(name=role.value))
    return user


@pytest.fixture
def client_of(db: None) -> MakeClient:
    """Somebody of that role, signed in."""

    def signed_in(role: Role) -> Client:
        client = Client()
        client.force_login(make_user(role))
        return client

    return signed_in


@pytest.fixture
def shelf(db: None) -> None:
    """shoes > running with SKU A, and bags; A may not go below ¥100."""
    upsert_catalog(
        rows={
            "shops": [{"code": "S1", "name": "Own shop"}],
            "brands": [{"code": "b1", "name": "Brand"}],
            "categories": [
                {"code": "shoes", "name": "Shoes"},
                {"code": "running", "name": "Running", "parent": "shoes"},
                {"code": "bags", "name": "Bags"},
            ],
            "skus": [
                {
                    "sku": "A",
                    "name": "Runner",
                    "shop": "S1",
                    "category": "running",
                    "brand": "b1",
                    "tags": ["new"],
                    "price": 19950,
                    "cost": 20000,
                    "min_price": 10000,
                }
            ],
        },
        actor="test",
    )
