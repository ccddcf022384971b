"""The OpenAPI schema: complete, valid, true to what the API takes and answers, and served without another host."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from promo_portal.wsgi import application
from tests.storefront import fair
from tests.storefront.conftest import Caller

OPERATIONS = {
    ("/api/v1/quotes", "post"),
    ("/api/v1/prices", "post"),
    ("/api/v1/activities/{code}", "get"),
    ("/api/v1/placements/{placement}", "get"),
    ("/api/v1/customers/{customer}", "put"),
}


@pytest.fixture
def document(client: Client) -> dict[str, Any]:
    response = client.get("/api/schema/", {"format": "json"}, headers={"Accept": "application/json"})
    assert response.status_code == 200
    return response.json()


def test_complete_and_valid(document: dict[str, Any]) -> None:
    validate_schema(document)
    operations = {(path, method) for path, item in document["paths"].items() for method in item}
    assert operations >= OPERATIONS
    for path, method in operations:
        described = document["paths"][path][method]
        assert described["security"] == [{"ApiKey": []}]
        assert {"400", "401", "403"} < described["responses"].keys()
        assert len({"200", "201"} & described["responses"].keys()) == 1


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    named = set(re.findall(r"#/components/schemas/(\w+)", str(document)))
    assert named <= document["components"]["schemas"].keys()
    assert {"QuoteBody", "Quote", "PricesBody", "Prices", "Problem", "CustomerPut"} <= named


def test_says_what_the_body_may_hold(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert schemas["QuoteBody"]["additionalProperties"] is False
    assert schemas["QuoteBody"]["required"] == ["currency", "lines"]
    assert schemas["QuoteBody"]["properties"]["lines"]["maxItems"] == 500
    assert schemas["LineBody"]["properties"]["quantity"] == {
        "type": "integer",
        "minimum": 1,
        "maximum": 9_999,
    }


def test_page_asks_no_other_host(client: Client) -> None:
    response = client.get("/api/docs/")
    assert response.status_code == 200
    assert re.findall(r'(?:src|href)="(https?:)?//', response.content.decode()) == []


@contextmanager
def kept_connection() -> Iterator[None]:
    """The test's transaction must outlive the requests, as with Django's own test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.slow
@pytest.mark.usefixtures("shop_fair")
def test_no_generated_request_breaks_it(document: dict[str, Any], caller: Caller) -> None:
    """What the schema allows and what it forbids, a few of each: no 5xx, and only answers that it describes."""
    fair.publish(fair.activity("full-100-10", placements=["home"]))
    api = schemathesis.openapi.from_dict(document)
    api.app = application
    statuses: set[int] = set()
    with kept_connection():
        for result in api.get_all_operations():
            for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):
                statuses |= _hold(result.ok().as_strategy(generation_mode=mode), caller)
    assert statuses >= {200, 400, 404}


def _hold(strategy: Any, caller: Caller) -> set[int]:
    """Send what the strategy makes; the statuses that came back."""
    statuses = set()

    @given(case=strategy)
    @settings(
        max_examples=30,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def run(case: Any) -> None:
        response = case.call(headers=caller.headers)
        statuses.add(response.status_code)
        case.validate_response(
            response, checks=[not_a_server_error, content_type_conformance, response_schema_conformance]
        )

    run()
    return statuses
