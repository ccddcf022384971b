"""The document of a coupon template."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from apps.offers.documents.bearers import read_bearers
from apps.offers.documents.benefit import read_combination, read_kind_code, read_params
from apps.offers.documents.scope import read_scope
from apps.offers.documents.targeting import read_targeting
from apps.offers.documents.texts import required_name
from apps.pricing.faults import Reader
from apps.pricing.kinds import KINDS, Kind
from apps.pricing.layers import Layer

PLATFORM = "platform"
TEMPLATE_KINDS = tuple(code for code, kind in KINDS.items() if kind.for_coupons)
MAX_DAYS = 3_650
MAX_GRACE_HOURS = 24 * 365


class ValidityMode(StrEnum):
    RELATIVE = "relative"
    FIXED = "fixed"


class ReturnPolicy(StrEnum):
    """When a used coupon goes back to its customer."""

    FULL_REFUND = "full_refund"
    CANCEL_ONLY = "cancel_only"
    NEVER = "never"


def layer_of_template(kind: type[Kind], issuer: str) -> Layer:
    """The layer that a template's coupons price in: the issuer's coupon layer, where its kind has one."""
    wanted = Layer.PLATFORM_COUPON if issuer == PLATFORM else Layer.SHOP_COUPON
    return wanted if wanted in kind.layers else kind.layers[0]


def read_template(reader: Reader) -> dict[str, Any]:
    """The canonical template; keys in the order of the pack format."""
    code, name = reader.code("code", required=True), required_name(reader)
    kind = read_kind_code(reader, TEMPLATE_KINDS)
    issuer = _read_issuer(reader)
    given = read_params(reader, kind)
    content = {
        "code": code or "",
        "name": name,
        "issuer": issuer,
        "kind": kind.code if kind else "",
        "params": given.to_json() if given else {},
        "scope": read_scope(reader),
        **read_combination(reader, kind, layer_of_template(kind, issuer) if kind else None),
        "validity": _read_validity(reader),
        "budget": _read_budget(reader),
        "targeting": read_targeting(reader),
        "bearers": read_bearers(reader),
        "return_grace_hours": reader.integer("return_grace_hours", maximum=MAX_GRACE_HOURS, default=0),
        "return_policy": reader.text("return_policy", choices=tuple(ReturnPolicy))
        or ReturnPolicy.FULL_REFUND.value,
    }
    reader.close()
    return content


def _read_issuer(reader: Reader) -> str:
    issuer = reader.code("issuer")
    if issuer is not None and issuer != PLATFORM:
        reader.check_code(issuer, reader.at("issuer"), "shop")
    return issuer or PLATFORM


def _read_validity(owner: Reader) -> dict[str, Any] | None:
    """`{mode: relative, delay_days, days}` or `{mode: fixed, from, until}`; None: always."""
    if not owner.has("validity"):
        owner.take("validity")
        return None
    reader = owner.child("validity")
    mode = reader.text("mode", required=True, choices=tuple(ValidityMode))
    validity: dict[str, Any] = {"mode": mode or ""}
    if mode == ValidityMode.RELATIVE:
        validity["delay_days"] = reader.integer("delay_days", maximum=MAX_DAYS, default=0)
        validity["days"] = reader.integer("days", minimum=1, maximum=MAX_DAYS, required=True)
    if mode == ValidityMode.FIXED:
        validity["from"] = reader.time("from", required=True)
        validity["until"] = reader.time("until", required=True)
    if mode is not None:
        reader.close()
    return validity


def _read_budget(owner: Reader) -> dict[str, Any]:
    """Money and number of coupons that may be issued."""
    reader = owner.child("budget")
    budget = {
        "amount": reader.integer("amount", minimum=1),
        "quantity": reader.integer("quantity", minimum=1),
    }
    reader.close()
    return budget
