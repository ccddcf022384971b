"""The fair, committed, so that other processes see it; everything is taken away again afterwards."""

from collections.abc import Iterator

import pytest
from django.db import connections

from tests.orders_life.shop import fresh_process, key, shop
from tests.storefront import fair

__all__ = ["fresh_process", "key", "shop"]


@pytest.fixture
def open_fair(transactional_db: None, settings: pytest.FixtureRequest) -> Iterator[None]:
    settings.ALLOW_PUBLISH = True  # type: ignore[attr-defined]
    fair.set_up()
    yield
    connections.close_all()
