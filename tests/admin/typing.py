"""What people type into the editor, as a browser sends it."""

from typing import Any

ADD = "/admin/activities/activity/add/"
PREVIEW = "/admin/activities/activity/preview/"
SWAP = "/admin/activities/activity/swap/"
LIST = "/admin/activities/activity/"
INBOX = "/admin/approvals/approvalrequest/"


def page_of(thing: Any, *more: str) -> str:
    tail = "/".join(more) if more else "change"
    return f"{LIST}{thing.pk}/{tail}/"


def threshold(**changes: Any) -> dict[str, Any]:
    """300 减 50 in eight inputs, as the page starts them."""
    return {
        "revision": "0",
        "name": "满减",
        "code": "full-300-50",
        "starts_at": "2030-11-10T20:00",
        "ends_at": "2030-11-12 23:59:59",
        "kind": "threshold",
        "layer": "platform",
        "params.metric": "amount",
        "params.tiers[0].at": "300",
        "params.tiers[0].benefit.amount_off": "50",
        "scope.mode": "all",
        "stacking": "all",
        **changes,
    }


def percentage(**changes: Any) -> dict[str, Any]:
    """8折 on single goods."""
    return {
        "revision": "0",
        "name": "八折",
        "code": "eighty",
        "starts_at": "2030-11-10T20:00",
        "ends_at": "2030-11-12T20:00",
        "kind": "percentage_off",
        "params.bps": "8折",
        "params.round_to": "1",
        "scope.mode": "all",
        "stacking": "all",
        **changes,
    }
