"""A fair, a key for it, and a client that speaks JSON."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.storefront.services.keys import add_client, issue_key
from tests.storefront import fair


@pytest.fixture
def shop_fair(db: None, settings: Any) -> None:
    settings.ALLOW_PUBLISH = True
    fair.set_up()


@pytest.fixture
def key(db: None) -> str:
    return issue_key(
        client=add_client(name="shop"), scopes=["storefront", "preview"], days=3_650, actor=None
    ).text


class Caller:
    """Sends JSON with one key; a body of bytes goes as it is."""

    def __init__(self, key: str | None) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {} if key is None else {"Authorization": f"Api-Key {key}"}

    def send(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        options = {"content_type": "application/json", "headers": self.headers, **options}
        if method == "GET":
            return self.client.get(f"/api/v1/{path}", body or {}, headers=self.headers)
        if not raw:  # the test client would leave out the header
            options["CONTENT_TYPE"] = options["content_type"]
        return self.client.generic(method, f"/api/v1/{path}", raw, **options)

    def get(self, path: str, query: Any = None) -> Any:
        return self.send("GET", path, query)

    def post(self, path: str, body: Any, **options: Any) -> Any:
        return self.send("POST", path, body, **options)

    def put(self, path: str, body: Any) -> Any:
        return self.send("PUT", path, body)

    def quote(self, **fields: Any) -> Any:
        """The quote of the fair's cart."""
        answer = self.post("quotes", fair.cart(**fields))
        assert answer.status_code == 200, answer.content
        return answer.json()


@pytest.fixture
def caller(key: str) -> Caller:
    return Caller(key)


@pytest.fixture
def caller_with() -> Callable[[str | None], Caller]:
    return Caller
