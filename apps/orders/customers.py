"""Who asks: what is stored, replaced by what the cart says, and the audiences that follow from both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from apps.audiences.membership import audiences_of
from apps.audiences.rules import customer_fields
from apps.audiences.selectors import rules_at
from apps.carts.bodies import CustomerBody, given
from apps.carts.carts import Asking, customer_id, said_of_customer
from apps.orders.inputs import Inputs
from apps.pricing.cart import Customer


def customer_of(
    body: Asking, inputs: Inputs, targeted: Mapping[str, int], *, binding: bool = False
) -> Customer | None:
    """The customer as the engine sees them, with those of the `targeted` audiences that they are in.

    Where it is `binding` (an order), nobody who has ordered here is new, whatever the cart says.
    """
    if given(body.customer) is None:
        return None
    customer = _customer(customer_id(body), said_of_customer(body), given(body.region), inputs, targeted)
    return replace(customer, new=False) if binding and inputs.has_ordered else customer


def customer_named(
    code: str | None, region: str | None, inputs: Inputs, targeted: Mapping[str, int]
) -> Customer | None:
    """The same where only an id is given, as in an address."""
    return None if code is None else _customer(code, CustomerBody(), region, inputs, targeted)


def _customer(
    code: str | None, said: CustomerBody, region: str | None, inputs: Inputs, targeted: Mapping[str, int]
) -> Customer:
    stored = inputs.customer or {}
    level, new, audiences = given(said.member_level), given(said.new), given(said.audiences)
    if audiences is None:
        replaced = {"member_level": level, "tags": given(said.tags), "region": region}
        known = _audiences(inputs, targeted, replaced) if targeted else frozenset()
    else:
        known = frozenset(audiences)
    return Customer(
        id=code,
        member_level=stored.get("member_level") if level is None else level,
        new=(stored.get("orders") == 0 and not inputs.has_ordered) if new is None else new,
        audiences=known,
    )


def _audiences(inputs: Inputs, targeted: Mapping[str, int], said: Mapping[str, Any]) -> frozenset[str]:
    return audiences_of(
        lists=inputs.lists,
        rules=rules_at(inputs.rule_version),
        fields=customer_fields(inputs.customer, said),
        among=targeted,
    )
