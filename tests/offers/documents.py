"""The smallest documents that are right, for tests to bend."""

from typing import Any

from apps.pricing.faults import Findings, Reader

Json = dict[str, Any]


def activity(**changes: Any) -> Json:
    """满100减10 of the platform; None takes a key away."""
    base = {
        "code": "full-100-10",
        "name": "满100减10",
        "layer": "platform",
        "kind": "threshold",
        "params": {"metric": "amount", "tiers": [{"at": 10000, "benefit": {"amount_off": 1000}}]},
        "starts_at": "2026-11-10T20:00:00+08:00",
        "ends_at": "2026-11-12T00:00:00+08:00",
    }
    return {key: value for key, value in {**base, **changes}.items() if value is not None}


def flash(**changes: Any) -> Json:
    """One price for all of the scope."""
    return activity(
        **{"code": "flash", "layer": "item", "kind": "flash_sale", "params": {"value": 5900}, **changes}
    )


def template(**changes: Any) -> Json:
    base = {
        "code": "coupon-100-10",
        "name": "满100减10券",
        "kind": "threshold",
        "params": {"metric": "amount", "tiers": [{"at": 10000, "benefit": {"amount_off": 1000}}]},
    }
    return {key: value for key, value in {**base, **changes}.items() if value is not None}


def campaign(**changes: Any) -> Json:
    base = {
        "code": "claim-1",
        "name": "领券",
        "template": "coupon-100-10",
        "starts_at": "2026-11-01T00:00:00+08:00",
        "ends_at": "2026-11-11T00:00:00+08:00",
        "quantity": 100,
    }
    return {key: value for key, value in {**base, **changes}.items() if value is not None}


def read(reader: Any, raw: Any) -> tuple[Json, list[str]]:
    """What `reader` makes of a document, and its faults as `path: what is wrong`."""
    findings = Findings()
    content = reader(Reader(raw, "", findings))
    return content, [str(fault) for fault in findings.faults]
