"""The life of what is configured and approved, as data: which action leads where, and who may take it.

Activities and claim campaigns share one table; coupon templates have a shorter one. `revocation pending` is a flag
beside the state. What a table does not name is refused and changes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    LIVE = "live"
    PAUSED = "paused"
    ENDED = "ended"


class TemplateState(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    STOPPED = "stopped"


class VersionState(StrEnum):
    """Of one version: the draft beside a running one goes its own way."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    SUPERSEDED = "superseded"
    DISCARDED = "discarded"


class EndReason(StrEnum):
    EXPIRED = "expired"
    REVOKED = "revoked"
    SOLD_OUT = "sold_out"
    BUDGET_EXHAUSTED = "budget_exhausted"


class Action(StrEnum):
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    REJECT = "reject"
    APPROVE = "approve"
    GO_LIVE = "go_live"
    PAUSE = "pause"
    RESUME = "resume"
    STOP_SKUS = "stop_skus"
    LOWER_STOCK = "lower_stock"
    LOWER_BUDGET = "lower_budget"
    REQUEST_REVOCATION = "request_revocation"
    APPROVE_REVOCATION = "approve_revocation"
    REJECT_REVOCATION = "reject_revocation"
    WITHDRAW_REVOCATION = "withdraw_revocation"
    EXPIRE = "expire"
    SELL_OUT = "sell_out"
    EXHAUST_BUDGET = "exhaust_budget"
    REVISE = "revise"
    STOP_ISSUING = "stop_issuing"
    RESUME_ISSUING = "resume_issuing"
    STOP_USE = "stop_use"
    RESUME_USE = "resume_use"
    VOID = "void"


class Right(StrEnum):
    """What a person must be allowed to do; each app names the permission behind it."""

    ADD = "add"
    EDIT = "edit"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    REVOKE = "revoke"
    REVISE = "revise"


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of a table. `pending` says with which revocation flag it stands: None means with either."""

    source: str
    action: Action
    targets: tuple[str, ...]
    permission: str | None
    needs_reason: bool = False
    by_schedule: bool = False
    four_eyes: bool = False
    own_only: bool = False
    pending: bool | None = False


@dataclass(frozen=True)
class Table:
    """All transitions of one kind of thing."""

    transitions: tuple[Transition, ...]

    def allowed(self, state: str, pending: bool, action: str) -> Transition | None:
        for row in self.transitions:
            if row.source == state and row.action == action and row.pending in (None, pending):
                return row
        return None

    def permission_for(self, action: str) -> str | None:
        """What `action` takes, in whatever state; None: only the schedule takes it."""
        return next(row.permission for row in self.transitions if row.action == action)

    def leaving(self, state: str, pending: bool) -> tuple[Transition, ...]:
        """What can happen next, people's actions and the schedule's."""
        return tuple(
            row for row in self.transitions if row.source == state and row.pending in (None, pending)
        )

    def edges(self) -> frozenset[tuple[str, str]]:
        """Every change of state that some action makes."""
        return frozenset(
            (row.source, target) for row in self.transitions for target in row.targets if target != row.source
        )


RUNNING = (State.APPROVED, State.LIVE, State.PAUSED)


def review_rows(rights: Mapping[Right, str], approved: Iterable[str]) -> tuple[Transition, ...]:
    """Draft to approved, the same for everything that is approved."""
    draft, in_review = State.DRAFT, State.IN_REVIEW
    return (
        Transition(draft, Action.SUBMIT, (in_review,), rights[Right.SUBMIT]),
        Transition(in_review, Action.WITHDRAW, (draft,), rights[Right.WITHDRAW], own_only=True),
        Transition(
            in_review, Action.REJECT, (draft,), rights[Right.APPROVE], needs_reason=True, four_eyes=True
        ),
        Transition(in_review, Action.APPROVE, tuple(approved), rights[Right.APPROVE], four_eyes=True),
    )


def running_table(rights: Mapping[Right, str]) -> Table:
    """The lifecycle table of things with a start and an end.

    Only pausing, going live and ending go on beside a pending revocation; whoever wants less than that can pause.
    """
    rows = list(review_rows(rights, (State.APPROVED, State.LIVE)))
    rows.append(
        Transition(State.APPROVED, Action.GO_LIVE, (State.LIVE,), None, by_schedule=True, pending=None)
    )
    for state in (State.APPROVED, State.LIVE):
        rows.append(
            Transition(
                state, Action.PAUSE, (State.PAUSED,), rights[Right.PAUSE], needs_reason=True, pending=None
            )
        )
        rows += [
            Transition(state, action, (state,), rights[Right.STOP], needs_reason=True)
            for action in (Action.STOP_SKUS, Action.LOWER_STOCK, Action.LOWER_BUDGET)
        ]
    rows.append(
        Transition(
            State.PAUSED, Action.RESUME, (State.APPROVED, State.LIVE), rights[Right.RESUME], four_eyes=True
        )
    )
    for state in RUNNING:
        rows += _ending_rows(state, rights)
    rows += [
        Transition(State.LIVE, action, (State.ENDED,), None, by_schedule=True, pending=None)
        for action in (Action.SELL_OUT, Action.EXHAUST_BUDGET)
    ]
    return Table(tuple(rows))


def _ending_rows(state: State, rights: Mapping[Right, str]) -> list[Transition]:
    revoke, approve = rights[Right.REVOKE], rights[Right.APPROVE]
    return [
        Transition(state, Action.REQUEST_REVOCATION, (state,), revoke, needs_reason=True),
        Transition(state, Action.APPROVE_REVOCATION, (State.ENDED,), approve, four_eyes=True, pending=True),
        Transition(
            state,
            Action.REJECT_REVOCATION,
            (state,),
            approve,
            needs_reason=True,
            four_eyes=True,
            pending=True,
        ),
        Transition(state, Action.WITHDRAW_REVOCATION, (state,), revoke, own_only=True, pending=True),
        Transition(state, Action.EXPIRE, (State.ENDED,), None, by_schedule=True, pending=None),
        Transition(state, Action.REVISE, (state,), rights[Right.REVISE]),
    ]


def template_table(rights: Mapping[Right, str]) -> Table:
    """draft -> in_review -> approved -> stopped, and back from stopped by approval.

    Stopping use and voiding stop issuing, too.
    """
    approved, stopped = TemplateState.APPROVED, TemplateState.STOPPED
    ending = [
        Transition(state, action, (stopped,), rights[Right.APPROVE], four_eyes=True)
        for state in (approved, stopped)
        for action in (Action.STOP_USE, Action.VOID)
    ]
    return Table(
        (
            *review_rows(rights, (approved,)),
            *ending,
            Transition(stopped, Action.RESUME_USE, (stopped,), rights[Right.RESUME], four_eyes=True),
            Transition(approved, Action.STOP_ISSUING, (stopped,), rights[Right.STOP], needs_reason=True),
            Transition(stopped, Action.RESUME_ISSUING, (approved,), rights[Right.RESUME], four_eyes=True),
            Transition(approved, Action.REVISE, (approved,), rights[Right.REVISE]),
            Transition(stopped, Action.REVISE, (stopped,), rights[Right.REVISE]),
        )
    )
