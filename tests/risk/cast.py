"""Who works in the risk tests, and the rules they write."""

from __future__ import annotations

import itertools
from typing import Any

from django.contrib.auth.models import Group

from apps.accounts.models import User
from apps.approvals import services as approvals
from apps.core.marks import hash_of, hashed
from apps.risk import services
from apps.risk.models import Rule
from apps.risk.rules import KINDS

NUMBERS = itertools.count(1)


def person(name: str, *roles: str) -> User:
    user = User.objects.create_user(name, password="x", is_staff=True)
    user.groups.set(Group.objects.filter(name__in=roles))
    return user


def document(
    kind: str, *, code: str = "", triggers: Any = None, answer: str = "deny", **options: Any
) -> dict[str, Any]:
    """What people write; parameters that are not named are left out."""
    known = {declared.name for declared in KINDS[kind].params()}
    params = {name: options.pop(name) for name in list(options) if name in known}
    code = code or f"{kind}-{next(NUMBERS)}".replace("_", "-")
    triggers = triggers or [trigger.value for trigger in KINDS[kind].triggers]
    return {
        "code": code,
        "name": code,
        "kind": kind,
        "triggers": triggers,
        "answer": answer,
        "params": params,
        **options,
    }


def put_in_force(ann: User, cleo: User, kind: str, **options: Any) -> Rule:
    rule = services.create_rule(content=document(kind, **options), actor=ann)
    approve(services.submit(rule=rule, actor=ann), cleo)
    rule.refresh_from_db()
    return rule


def approve(request: Any, cleo: User) -> None:
    approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)


def marks(**given: str) -> dict[str, str]:
    return hashed(given)


def customer_mark(code: str) -> str:
    return hash_of("customer", code)
