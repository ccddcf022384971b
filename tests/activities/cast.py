"""The named cast of these tests, and things in the states they need."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from apps.activities import services
from apps.activities.models import Activity
from apps.approvals import services as approvals
from apps.approvals.models import ApprovalRequest
from apps.catalog.models import Sku
from apps.core.clock import database_now
from apps.core.models import AuditEntry

SKUS = ("A", "B")


def person(username: str, *roles: str) -> Any:
    user = get_user_model().objects.create_user(username)
    for role in roles:
        user.groups.add(Group.objects.get(name=role))
    return user


def goods() -> None:
    for code in SKUS:
        Sku.objects.get_or_create(code=code, defaults={"price_amount": 10_000, "name": code})


def document(code: str = "minus-10", **changes: Any) -> dict[str, Any]:
    """An activity that starts in an hour and lasts a day."""
    now = database_now()
    return {
        "code": code,
        "name": "直减十元",
        "layer": "item",
        "kind": "direct_reduction",
        "params": {"value": 1_000},
        "starts_at": (now + timedelta(hours=1)).isoformat(),
        "ends_at": (now + timedelta(days=1)).isoformat(),
        "stock": {"total": 100, "per_sku": {"A": 10}},
        "budget": {"amount": 50_000},
        **changes,
    }


def hours(starts: float, ends: float) -> dict[str, str]:
    """A window around the database's present."""
    now = database_now()
    return {
        "starts_at": (now + timedelta(hours=starts)).isoformat(),
        "ends_at": (now + timedelta(hours=ends)).isoformat(),
    }


def drafted(by: Any, code: str = "minus-10", **changes: Any) -> Activity:
    goods()
    return services.create_draft(model=Activity, content=document(code, **changes), actor=by)


def submitted(by: Any, code: str = "minus-10", **changes: Any) -> tuple[Activity, ApprovalRequest]:
    activity = drafted(by, code, **changes)
    request = services.submit(thing=activity, actor=by)
    activity.refresh_from_db()
    return activity, request


def approved(by: Any, approver: Any, code: str = "minus-10", **changes: Any) -> Activity:
    activity, request = submitted(by, code, **changes)
    approvals.approve(request=request, actor=approver, seen_hash=request.content_hash)
    activity.refresh_from_db()
    return activity


def live(by: Any, approver: Any, code: str = "minus-10", **changes: Any) -> Activity:
    return approved(by, approver, code, **{**hours(-1, 24), **changes})


def shift(activity: Activity, by: timedelta) -> None:
    """Time moves: everything about the activity happened that much earlier."""
    Activity.objects.filter(pk=activity.pk).update(
        starts_at=activity.starts_at - by, ends_at=activity.ends_at - by
    )
    activity.refresh_from_db()


def log_of(thing: Any) -> list[tuple[str, str]]:
    """(action, actor) of every audit entry about a thing, oldest first."""
    entries = AuditEntry.objects.filter(subject_type=thing._meta.label_lower, subject_code=thing.code)
    return list(entries.order_by("id").values_list("action", "actor"))


def picture(thing: Any) -> Mapping[str, Any]:
    """All that a refused action must leave alone."""
    fresh = type(thing).objects.get(pk=thing.pk)
    row = {field.attname: getattr(fresh, field.attname) for field in fresh._meta.concrete_fields}
    versions = list(fresh.versions.order_by("number").values("number", "state", "content_hash", "revision"))
    requests = list(
        ApprovalRequest.objects.filter(subject_code=fresh.code).order_by("id").values("action", "state")
    )
    return {"row": row, "versions": versions, "requests": requests, "log": len(log_of(fresh))}
