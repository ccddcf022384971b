"""How a request is told to an approver. The apps whose things are approved register who can put them in words.

What speaks against a request is no wording but a fact that decisions ask for: `approvals.registry.watch_risks`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from django.utils.functional import Promise

from apps.approvals.models import ApprovalRequest
from apps.approvals.registry import Risk, risks_of


class Presenter(Protocol):
    """`changes` and `parts` are rows for the templates, `preview` is what the editor shows beside its form."""

    def sentence(self, request: ApprovalRequest) -> str: ...

    def effect(self, request: ApprovalRequest) -> str | Promise: ...

    def changes(self, request: ApprovalRequest) -> Sequence[Any]: ...

    def parts(self, request: ApprovalRequest) -> Sequence[Any]: ...

    def preview(self, request: ApprovalRequest) -> Any: ...

    def faults(self, request: ApprovalRequest) -> Sequence[str]: ...

    def url(self, request: ApprovalRequest) -> str: ...

    def starts_at(self, request: ApprovalRequest) -> datetime | None: ...


@runtime_checkable
class Costing(Protocol):
    """A presenter that knows the most a request can cost, in words; "" where it costs nothing."""

    def cost(self, request: ApprovalRequest) -> str | Promise: ...


@dataclass(frozen=True, slots=True)
class Way:
    """A page that helps to judge a request: its SKU table, the simulator with it."""

    label: str | Promise
    url: str
    icon: str


@runtime_checkable
class Leading(Protocol):
    """A presenter that knows such pages."""

    def ways(self, request: ApprovalRequest) -> Sequence[Way]: ...


@dataclass(frozen=True, slots=True)
class Hit:
    """What a request would touch: a row of its page."""

    label: str | Promise
    value: str
    note: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What was computed about a request: a template and what it needs, drawn below the verdict."""

    template: str
    context: Mapping[str, Any]


ReportSource = Callable[[ApprovalRequest, Any], Report | None]
SampleSource = Callable[[ApprovalRequest], Sequence[Any]]
HitSource = Callable[[ApprovalRequest], Sequence[Hit]]

_report_sources: list[ReportSource] = []
_sample_sources: list[SampleSource] = []
_hit_sources: list[HitSource] = []
_presenters: dict[str, Presenter] = {}


def register(document: str, presenter: Presenter) -> None:
    """For every action of a kind of document: `activity` tells `activity.publish`, `activity.revoke` ..."""
    _presenters[document] = presenter


def presenter_for(request: ApprovalRequest) -> Presenter | None:
    return _presenters.get(request.action.split(".")[0])


def verdicts(request: ApprovalRequest) -> list[Risk]:
    """What stands first on the page: every risk that must be ticked, the worst of each source first."""
    return risks_of(request)


def show_samples(source: SampleSource) -> None:
    """`source` prices sample carts without and with what is asked: rows for the template."""
    if source not in _sample_sources:
        _sample_sources.append(source)


def samples_of(request: ApprovalRequest) -> list[Any]:
    return [sample for source in _sample_sources for sample in source(request)]


def show_hits(source: HitSource) -> None:
    """`source` counts what a request would touch as things stand: orders, coupons, what customers see."""
    if source not in _hit_sources:
        _hit_sources.append(source)


def hits_of(request: ApprovalRequest) -> list[Hit]:
    return [hit for source in _hit_sources for hit in source(request)]


def show_reports(source: ReportSource) -> None:
    """`source(request, reader)` is asked for each request that is shown, decided ones too."""
    if source not in _report_sources:
        _report_sources.append(source)


def reports_of(request: ApprovalRequest, reader: Any) -> list[Report]:
    return [report for source in _report_sources if (report := source(request, reader)) is not None]
