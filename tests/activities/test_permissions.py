"""Role x action: every verb for every role, allowed and denied; what is denied changes nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from apps.activities import services
from apps.activities.models import Activity
from apps.approvals import services as approvals
from apps.approvals.models import ApprovalRequest
from apps.core.errors import DomainError, Forbidden
from apps.core.roles import Role
from tests.activities.cast import document, drafted, goods, live, person, picture, submitted

pytestmark = pytest.mark.django_db

OPERATOR, APPROVER = Role.OPERATOR, Role.APPROVER

# verb: who may
MATRIX: dict[str, set[Role]] = {
    "create": {OPERATOR},
    "save": {OPERATOR},
    "copy": {OPERATOR},
    "import": {OPERATOR},
    "submit": {OPERATOR},
    "withdraw": {OPERATOR},
    "approve": {APPROVER},
    "reject": {APPROVER},
    "pause": {OPERATOR, APPROVER},
    "request_resume": {OPERATOR},
    "resume": {APPROVER},
    "stop_skus": {OPERATOR, APPROVER},
    "lower_stock": {OPERATOR, APPROVER},
    "lower_budget": {OPERATOR, APPROVER},
    "request_lift": {OPERATOR},
    "approve_lift": {APPROVER},
    "request_revocation": {OPERATOR},
    "approve_revocation": {APPROVER},
    "reject_revocation": {APPROVER},
    "revise": {OPERATOR},
    "discard": {OPERATOR},
    "event": {OPERATOR},
}


class Stage:
    """An activity in the state that the verb needs, made by two people who are not under test."""

    def __init__(self) -> None:
        self.maker, self.checker = person("maker", "operator"), person("checker", "approver")

    def draft(self) -> Activity:
        return drafted(self.maker)

    def in_review(self) -> tuple[Activity, ApprovalRequest]:
        return submitted(self.maker)

    def live(self) -> Activity:
        return live(self.maker, self.checker)


def scene(verb: str, stage: Stage, actor: Any) -> tuple[Any, Callable[[], object]]:
    """(what must not change when it is denied, the call)."""
    if verb in ("create", "import", "event"):
        goods()
        bystander = stage.draft()
        calls = {
            "create": lambda: services.create_draft(model=Activity, content=document("new"), actor=actor),
            "import": lambda: services.save_document(model=Activity, content=document("new"), actor=actor),
            "event": lambda: services.save_event(content={"code": "d11"}, actor=actor),
        }
        return bystander, calls[verb]
    if verb in ("save", "copy", "submit"):
        thing = stage.draft()
        content = {**thing.open_version().content, "name": "改"}
        calls = {
            "save": lambda: services.save_draft(thing=thing, content=content, actor=actor, seen_revision=1),
            "copy": lambda: services.copy(thing=thing, code="copied", actor=actor),
            "submit": lambda: services.submit(thing=thing, actor=actor),
        }
        return thing, calls[verb]
    if verb in ("approve", "reject"):
        thing, request = stage.in_review()
        return thing, lambda: decide(verb, request, actor)
    if verb == "withdraw":
        return withdrawal(stage, actor)
    return running_scene(verb, stage, actor)


def decide(verb: str, request: ApprovalRequest, actor: Any) -> object:
    do = approvals.approve if verb.startswith("approve") else approvals.reject
    return do(request=request, actor=actor, seen_hash=request.content_hash, reason="x")


def withdrawal(stage: Stage, actor: Any) -> tuple[Any, Callable[[], object]]:
    """The person under test is the submitter; who lacks the right had it when they submitted."""
    thing = stage.draft()
    request = services.submit(thing=thing, actor=stage.maker)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE approvals_approvalrequest SET submitter_id = %s", [actor.pk])
        cursor.execute("SET session_replication_role = origin")
    request.refresh_from_db()
    return thing, lambda: services.withdraw(thing=thing, actor=actor)


def running_scene(verb: str, stage: Stage, actor: Any) -> tuple[Any, Callable[[], object]]:
    thing = stage.live()
    by = {"actor": actor, "reason": "x"}
    if verb in ("resume", "request_resume"):
        services.pause(thing=thing, actor=stage.checker, reason="x")
        return thing, lambda: getattr(services, verb)(thing=thing, **by)
    if verb in ("request_lift", "approve_lift"):
        stops = services.stop_skus(activity=thing, skus=["A"], actor=stage.maker, reason="x")
        if verb == "request_lift":
            return thing, lambda: services.request_lift(activity=thing, stops=stops, **by)
        request = services.request_lift(activity=thing, stops=stops, actor=stage.maker, reason="x")
        return thing, lambda: decide(verb, request, actor)
    if verb.endswith("_revocation") and verb != "request_revocation":
        request = services.request_revocation(thing=thing, actor=stage.maker, reason="x")
        return thing, lambda: decide(verb, request, actor)
    if verb == "discard":
        services.revise(thing=thing, actor=stage.maker)
        return thing, lambda: services.discard_draft(thing=thing, actor=actor)
    calls: dict[str, Callable[[], object]] = {
        "pause": lambda: services.pause(thing=thing, **by),
        "stop_skus": lambda: services.stop_skus(activity=thing, skus=["A"], **by),
        "lower_stock": lambda: services.lower_stock(activity=thing, value=1, **by),
        "lower_budget": lambda: services.lower_budget(activity=thing, value=1, **by),
        "request_revocation": lambda: services.request_revocation(thing=thing, **by),
        "revise": lambda: services.revise(thing=thing, actor=actor),
    }
    return thing, calls[verb]


@pytest.mark.parametrize("role", [*Role, None])
@pytest.mark.parametrize("verb", list(MATRIX))
def test_matrix(verb, role):
    actor = person("actor", role.value) if role else person("actor")
    thing, call = scene(verb, Stage(), actor)
    if role in MATRIX[verb]:
        call()
        return
    before = picture(thing)
    count = Activity.objects.count()
    with pytest.raises(Forbidden):
        call()
    assert picture(thing) == before
    assert Activity.objects.count() == count


def test_a_person_who_may_not_learns_nothing_about_the_state():
    """The permission is asked before the state: who may not pause is told so whatever the state is."""
    stage = Stage()
    thing = stage.draft()
    with pytest.raises(Forbidden):
        services.pause(thing=thing, actor=person("nobody"), reason="x")
    with pytest.raises(DomainError) as caught:
        services.pause(thing=thing, actor=stage.maker, reason="x")
    assert caught.value.code == "not_allowed_now"
