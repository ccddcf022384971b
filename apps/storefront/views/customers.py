"""`PUT /customers/{id}`: what the shop tells of a customer."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from apps.audiences.models import Customer
from apps.audiences.services import put_customer
from apps.carts.decode import FaultyBodyError
from apps.carts.strict_json import NotJsonError, parse, without_echoes
from apps.packs.people_section import read_customer
from apps.pricing.faults import Findings, Reader, parse_time
from apps.storefront import answers
from apps.storefront.openapi import Operation
from apps.storefront.requests import json_body
from apps.storefront.views.base import StorefrontView, answer


class CustomerView(StorefrontView):
    operations = {
        "put": Operation(
            "put_customer",
            "Replace what is known of a customer",
            answers.CustomerAnswer,
            body=answers.CustomerPut,
            path={"customer": "the shop's own id of the customer"},
        ),
    }

    def put(self, request: HttpRequest, customer: str) -> HttpResponse:
        told = read_body(json_body(request), customer)
        outcome = put_customer(
            code=told.pop("id"),
            actor=self.caller,
            registered_at=parse_time(told.pop("registered_at")),
            **told,
        )
        return answer(customer_shape(outcome.customer))


def read_body(raw: bytes, customer: str) -> dict[str, Any]:
    """What a pack says of a customer, with the id from the address; raises FaultyBodyError."""
    try:
        tree, general = parse(raw)
    except NotJsonError as error:
        raise FaultyBodyError([], f"The body {error}.") from error
    findings = Findings()
    named = tree
    if isinstance(tree, Mapping):
        if "id" in tree:
            findings.fault("id", "unknown_key", "is not known here")
        named = {**tree, "id": customer}
    told = read_customer(Reader(named, "", findings))
    faults = without_echoes(findings, general)
    if faults:
        raise FaultyBodyError(faults)
    return told


def customer_shape(customer: Customer) -> dict[str, Any]:
    registered = customer.registered_at
    return {
        "id": customer.code,
        "member_level": customer.member_level,
        "tags": customer.tags,
        "registered_at": registered.isoformat() if registered else None,
        "region": customer.region,
        "attributes": customer.attributes,
        "orders": customer.orders,
    }
