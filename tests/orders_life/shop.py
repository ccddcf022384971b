"""A shop's server in tests: it orders, pays, cancels and refunds over HTTP, each call with a key of its own."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from apps.orders.book import KEEPER
from apps.storefront.callers import forget_callers
from apps.storefront.services.keys import add_client, issue_key
from tests.storefront import fair
from tests.storefront.conftest import Caller

NUMBERS = itertools.count(1)


class Shop(Caller):
    def post(self, path: str, body: Any, *, idempotency: str | None = "", **options: Any) -> Any:
        """POST with a fresh Idempotency-Key; with None without one."""
        key = f"key-{next(NUMBERS)}" if idempotency == "" else idempotency
        headers = self.headers if key is None else {**self.headers, "Idempotency-Key": key}
        return super().post(path, body, headers=headers, **options)

    def order(self, code: str = "o1", quantity: int = 1, sku: str = "A", **fields: Any) -> Any:
        """Order some units of one SKU."""
        lines = [{"line": "1", "sku": sku, "quantity": quantity}]
        return self.post("orders", {"currency": "CNY", "lines": lines, "order": code, **fields})

    def held(self, code: str = "o1", quantity: int = 1, **fields: Any) -> dict[str, Any]:
        answer = self.order(code, quantity, **fields)
        assert answer.status_code == 201, answer.content
        return answer.json()

    def pay(self, code: str = "o1") -> Any:
        return self.post(f"orders/{code}/pay", {})

    def paid(self, code: str = "o1", quantity: int = 1, **fields: Any) -> dict[str, Any]:
        self.held(code, quantity, **fields)
        answer = self.pay(code)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def cancel(self, code: str = "o1", **fields: Any) -> Any:
        return self.post(f"orders/{code}/cancel", fields)

    def refund(self, code: str = "o1", refund: str = "r1", **fields: Any) -> Any:
        return self.post(f"orders/{code}/refunds", {"refund": refund, "fault": "customer", **fields})

    def look(self, code: str = "o1") -> Any:
        return self.get(f"orders/{code}")


@pytest.fixture(autouse=True)
def fresh_process() -> Iterator[None]:
    """Neither a book nor a key outlives the rows it was made of."""
    KEEPER.forget()
    forget_callers()
    yield
    KEEPER.forget()
    forget_callers()


@pytest.fixture
def shop_fair(db: None, settings: Any) -> None:
    settings.ALLOW_PUBLISH = True
    fair.set_up()


@pytest.fixture
def key(db: None) -> str:
    return issue_key(client=add_client(name="shop"), scopes=["storefront", "preview"], actor=None).text


@pytest.fixture
def shop(key: str) -> Shop:
    return Shop(key)
