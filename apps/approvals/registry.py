"""Who carries out what is asked: the higher apps register a handler for each action, in `AppConfig.ready()`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from django.db.models import Model
from django.utils.functional import Promise

from apps.accounts.models import User
from apps.approvals.models import ApprovalRequest


class Change(Protocol):
    """One difference between what was approved last and what is asked: a path into the document and both values."""

    @property
    def path(self) -> str: ...

    @property
    def old(self) -> Any: ...

    @property
    def new(self) -> Any: ...


@dataclass(frozen=True)
class Description:
    """What an approver reads first: a title, the facts that count, and what will happen at once on approval."""

    title: str
    facts: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str | Promise, ...] = ()


@dataclass(frozen=True)
class Choice:
    """What an approver may tick beside the verdict, with its effect as things stand; the submitter may propose it."""

    name: str
    label: str | Promise
    effect: str | Promise
    proposed: bool = False


@dataclass(frozen=True)
class Risk:
    """What speaks against a request without blocking it: whoever approves it must tick `tick`.

    `stack` are the offers that do it, in words; the worst risk comes first. `approvers` are how many it asks for;
    `url` leads to a page that shows it.
    """

    code: str
    text: str | Promise
    tick: str | Promise
    stack: Sequence[str] = ()
    approvers: int = 1
    url: str = ""


RiskSource = Callable[[ApprovalRequest], Sequence[Risk]]
Opened = Callable[[ApprovalRequest], None]


@runtime_checkable
class Choosing(Protocol):
    """A handler that leaves something to its approvers."""

    def choices(self, request: ApprovalRequest) -> Sequence[Choice]: ...


class Handler(Protocol):
    """The part of a request that only the subject's own app knows.

    `lock` is called first in every decision, before the request itself is locked: subject, then request, always.
    """

    @property
    def label(self) -> str | Promise: ...

    @property
    def permission(self) -> str:
        """What an approver must be allowed to do."""
        ...

    def lock(self, request: ApprovalRequest) -> Model:
        """The subject, its row locked until the transaction ends."""

    def current_hash(self, request: ApprovalRequest) -> str:
        """The hash of the content as it stands now; a decision on any other is stale."""

    def describe(self, request: ApprovalRequest) -> Description: ...

    def faults(self, request: ApprovalRequest) -> Sequence[Any]:
        """What still blocks it, as `apps.pricing.faults.Fault`."""

    def diff(self, request: ApprovalRequest) -> Sequence[Change]: ...

    def carry_out(self, request: ApprovalRequest, actor: User) -> None:
        """Do what was asked; called once, after the last approval needed, in the decision's transaction."""

    def on_reject(self, request: ApprovalRequest, actor: User, reason: str) -> None: ...

    def on_withdraw(self, request: ApprovalRequest, actor: User) -> None: ...


_handlers: dict[str, Handler] = {}


def register(action: str, handler: Handler) -> None:
    _handlers[action] = handler


def handler_for(request: ApprovalRequest) -> Handler:
    return _handlers[request.action]


def choices_of(request: ApprovalRequest) -> Sequence[Choice]:
    """What an approver of this request may tick."""
    handler = handler_for(request)
    return handler.choices(request) if isinstance(handler, Choosing) else ()


_risk_sources: list[RiskSource] = []


def watch_risks(source: RiskSource) -> None:
    """`source` says what it knows against a request; it is asked within decisions and reads what was computed."""
    if source not in _risk_sources:
        _risk_sources.append(source)


def risks_of(request: ApprovalRequest) -> list[Risk]:
    """What an approver of this request must say to know, once each: who registered last knows best."""
    found: dict[str, Risk] = {}
    for source in reversed(_risk_sources):
        for risk in source(request):
            found.setdefault(risk.code, risk)
    return list(found.values())


def approvers_for(request: ApprovalRequest, risks: Sequence[Risk]) -> int:
    """How many must approve it, knowing these risks."""
    return max([request.needed, *(risk.approvers for risk in risks)])


_opened: list[Opened] = []


def watch_opened(opened: Opened) -> None:
    """`opened(request)` is called in the transaction in which a request is opened."""
    if opened not in _opened:
        _opened.append(opened)


def tell_opened(request: ApprovalRequest) -> None:
    for opened in _opened:
        opened(request)


def actions() -> dict[str, Handler]:
    """Every action that can be asked for, with its handler."""
    return dict(_handlers)
