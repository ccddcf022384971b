"""The shop's server of the order tests, and windows of the people who watch."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from apps.core.clock import database_now
from tests.activities.cast import person
from tests.orders_life.shop import Shop, key, shop, shop_fair
from tests.storefront.conftest import caller, caller_with

__all__ = ["Shop", "caller", "caller_with", "key", "shop", "shop_fair"]


@pytest.fixture
def window() -> Callable[..., Client]:
    """`window("sam", "operator")`: a browser of somebody with these roles, who reads English."""

    def open_one(username: str, *roles: str) -> Client:
        user = person(username, *roles)
        user.is_staff = True
        user.save()
        client = Client()
        client.force_login(user)
        client.cookies["django_language"] = "en"
        return client

    return open_one


@pytest.fixture
def ago() -> Callable[[float], str]:
    """`ago(15)`: the instant fifteen minutes before now, as documents write it."""

    def moment(minutes: float) -> Any:
        return (database_now() - timedelta(minutes=minutes)).isoformat()

    return moment
