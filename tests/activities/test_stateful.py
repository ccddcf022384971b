"""Any order of any actions with time moving: what happens is what the table says, and the log tells it.

The portal is compared with a plain model of a few lines. Time moves by freezing this process's reading of the clock.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from apps.activities import services
from apps.activities.lifecycle import TABLE
from apps.activities.models import Activity, ActivityVersion
from apps.approvals import services as approvals
from apps.approvals.lifecycle import Verdict
from apps.approvals.models import ApprovalRequest
from apps.approvals.selectors import pending_for
from apps.core import audit_queries
from apps.core.clock import database_now, frozen
from apps.core.errors import DomainError
from apps.core.models import AuditEntry
from apps.offers.documents import content_hash
from apps.offers.versions.sweep import sweep
from tests.activities.cast import document, goods, person

MINUTE = timedelta(minutes=1)
PEOPLE = ("ann", "ben", "cleo", "dan", "both", "root")
RUNNING = ("approved", "live", "paused")
people = st.sampled_from(PEOPLE)


class Model:
    """What the portal should think, without a portal."""

    def __init__(self, starts: int, ends: int) -> None:
        self.state, self.pending, self.end = "draft", False, None
        self.starts, self.ends = starts, ends
        self.version, self.editors = 0, {"ann"}
        self.submitter: str | None = None
        self.revoker: str | None = None
        self.pauser: str | None = None

    def over(self, minute: int) -> bool:
        return self.state in RUNNING and minute >= self.ends

    def by_clock(self, minute: int) -> str:
        return "live" if self.starts <= minute < self.ends else "approved"


CAN = {
    "operate": {"ann", "ben", "both", "root"},
    "approve": {"cleo", "dan", "both", "root"},
    "brake": {"ann", "ben", "cleo", "dan", "both", "root"},
}


class Lifecycle(RuleBasedStateMachine):
    """One activity, six people, minutes that pass."""

    @initialize(reached=st.sampled_from(["draft", "approved", "live", "paused"]))
    def begin(self, reached: str) -> None:
        self.people: dict[str, Any] = {
            "ann": person("ann", "operator"),
            "ben": person("ben", "operator"),
            "cleo": person("cleo", "approver"),
            "dan": person("dan", "approver"),
            "both": person("both", "operator", "approver"),
            "root": get_user_model().objects.create_superuser("root"),
        }
        goods()
        self.zero, self.minute = database_now(), 0
        self.model = Model(starts=5, ends=20)
        window = {"starts_at": self.at(5).isoformat(), "ends_at": self.at(20).isoformat()}
        with frozen(self.at(0)):
            self.activity = services.create_draft(
                model=Activity, content=document("one", **window), actor=self.people["ann"]
            )

        if reached != "draft":
            self.submit_and_approve(minute=0 if reached == "approved" else 6)
        if reached == "paused":
            self.pause(who="cleo")

    def submit_and_approve(self, minute: int) -> None:
        self.minute = minute
        self.submit(who="ann")
        self.decide(who="cleo", verdict=Verdict.APPROVE)

    def at(self, minute: int) -> Any:
        return self.zero + minute * MINUTE

    def attempt(self, expected: bool, verb: Any, **arguments: Any) -> None:
        """Do it at the present minute; it works exactly when the model says so, and then leaves one entry."""
        before = AuditEntry.objects.count()
        with frozen(self.at(self.minute)):
            try:
                verb(**arguments)
                worked = True
            except DomainError:
                worked = False
        self.activity.refresh_from_db()
        assert worked == expected, (verb.__name__, arguments, vars(self.model), self.minute)
        assert AuditEntry.objects.count() - before == int(worked)

    def request(self, action: str) -> Any:
        return pending_for(
            subject_type="activities.activity", subject_code="one", action=f"activity.{action}"
        )

    @rule(minutes=st.sampled_from([1, 2, 3, 15]))
    def time_passes(self, minutes: int) -> None:
        self.minute += minutes

    @rule(who=people, value=st.integers(1, 5_000))
    def edit(self, who: str, value: int) -> None:
        version = self.activity.open_version()
        possible = self.model.state == "draft" and who in CAN["operate"]
        content = (version or self.activity.current).content
        if content["params"]["value"] == value:
            return
        revision = version.revision if version else 1
        self.attempt(
            possible,
            services.save_draft,
            thing=self.activity,
            content={**content, "params": {"value": value}},
            actor=self.people[who],
            seen_revision=revision,
        )
        if possible:
            self.model.editors.add(who)

    @rule(who=people)
    def submit(self, who: str) -> None:
        model = self.model
        possible = model.state == "draft" and who in CAN["operate"] and self.minute < model.ends
        self.attempt(possible, services.submit, thing=self.activity, actor=self.people[who])
        if possible:
            model.state, model.submitter = "in_review", who

    @rule(who=people)
    def withdraw(self, who: str) -> None:
        possible = self.model.state == "in_review" and who == self.model.submitter
        self.attempt(possible, services.withdraw, thing=self.activity, actor=self.people[who])
        if possible:
            self.model.state = "draft"

    @precondition(lambda self: self.model.state == "in_review")
    @rule(who=people, verdict=st.sampled_from(list(Verdict)))
    def decide(self, who: str, verdict: Verdict) -> None:
        model, request = self.model, self.request("publish")
        barred = who in model.editors or who == model.submitter
        possible = who in CAN["approve"] and not barred
        if verdict is Verdict.APPROVE:
            possible = possible and self.minute < model.ends
        self.decision(possible, request, who, verdict)
        if possible and verdict is Verdict.APPROVE:
            model.state, model.version = model.by_clock(self.minute), model.version + 1
        elif possible:
            model.state = "draft"

    def decision(self, possible: bool, request: Any, who: str, verdict: Verdict) -> None:
        self.attempt(
            possible,
            approvals.decide,
            request=request,
            actor=self.people[who],
            verdict=verdict,
            seen_hash=request.content_hash,
            reason="x",
        )

    @rule(who=people)
    def pause(self, who: str) -> None:
        model = self.model
        possible = model.state in ("approved", "live") and who in CAN["brake"] and not model.over(self.minute)
        self.attempt(possible, services.pause, thing=self.activity, actor=self.people[who], reason="x")
        if possible:
            model.state, model.pauser = "paused", who

    @rule(who=people)
    def resume(self, who: str) -> None:
        model = self.model
        possible = model.state == "paused" and not model.pending and not model.over(self.minute)
        possible = possible and who in CAN["approve"] and who != model.pauser
        self.attempt(possible, services.resume, thing=self.activity, actor=self.people[who])
        if possible:
            model.state = model.by_clock(self.minute)

    @rule(who=people)
    def request_revocation(self, who: str) -> None:
        model = self.model
        possible = model.state in RUNNING and not model.pending and not model.over(self.minute)
        possible = possible and who in CAN["operate"]
        self.attempt(
            possible, services.request_revocation, thing=self.activity, actor=self.people[who], reason="x"
        )
        if possible:
            model.pending, model.revoker = True, who

    @rule(who=people)
    def withdraw_revocation(self, who: str) -> None:
        model = self.model
        possible = model.pending and who == model.revoker and not model.over(self.minute)
        self.attempt(possible, services.withdraw_revocation, thing=self.activity, actor=self.people[who])
        if possible:
            model.pending = False

    @precondition(lambda self: self.model.pending)
    @rule(who=people, verdict=st.sampled_from(list(Verdict)))
    def decide_revocation(self, who: str, verdict: Verdict) -> None:
        model = self.model
        possible = who in CAN["approve"] and who != model.revoker and not model.over(self.minute)
        self.decision(possible, self.request("revoke"), who, verdict)
        if possible:
            model.pending = False
            if verdict is Verdict.APPROVE:
                model.state, model.end = "ended", "revoked"

    @rule(who=people, value=st.integers(0, 120))
    def lower_stock(self, who: str, value: int) -> None:
        model = self.model
        possible = model.state in ("approved", "live") and not model.pending and not model.over(self.minute)
        lowest = min([100, *self.activity.stops.values_list("value", flat=True)])
        possible = possible and who in CAN["brake"] and value < lowest
        self.attempt(
            possible,
            services.lower_stock,
            activity=self.activity,
            value=value,
            actor=self.people[who],
            reason="x",
        )

    @rule()
    def the_sweep_runs(self) -> None:
        model, before = self.model, AuditEntry.objects.count()
        flips = 0
        if model.over(self.minute):
            model.state, model.end, model.pending, flips = "ended", "expired", False, 1
        elif model.state == "approved" and model.by_clock(self.minute) == "live":
            model.state, flips = "live", 1
        with frozen(self.at(self.minute)):
            swept = sweep(Activity)
        self.activity.refresh_from_db()
        assert (swept.live + swept.expired, AuditEntry.objects.count() - before) == (flips, flips)

    @invariant()
    def the_portal_agrees_with_the_model(self) -> None:
        if not hasattr(self, "activity"):
            return
        one, model = self.activity, self.model
        assert (one.status, one.revocation_pending, one.end_reason) == (model.state, model.pending, model.end)

    @invariant()
    def what_runs_is_what_was_approved(self) -> None:
        if not hasattr(self, "activity") or self.activity.current_id is None:
            return
        runs = ActivityVersion.objects.get(pk=self.activity.current_id)
        request = ApprovalRequest.objects.get(
            subject_code="one", action="activity.publish", version=runs.number, state="approved"
        )
        assert content_hash(runs.content) == runs.content_hash == request.content_hash

    @invariant()
    def the_log_walks_along_edges(self) -> None:
        for before, after in AuditEntry.objects.filter(before__has_key="status").values_list(
            "before__status", "after__status"
        ):
            assert before == after or (before, after) in TABLE.edges()

    def teardown(self) -> None:
        found = {query.name: list(query.find()) for query in audit_queries.registered()}
        assert {name: faults for name, faults in found.items() if faults} == {}


class Isolated(Lifecycle):
    """Each example in a transaction of its own, rolled back at its end."""

    def __init__(self) -> None:
        self.block = transaction.atomic()
        self.block.__enter__()
        super().__init__()

    def teardown(self) -> None:
        try:
            super().teardown()
        finally:
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)


@pytest.mark.slow
@pytest.mark.django_db
def test_any_order_of_actions():
    steps = settings(
        max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(Isolated, settings=steps)
