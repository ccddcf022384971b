"""How a request is told to an approver. The apps whose things are approved register who can put them in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from django.utils.functional import Promise

from apps.approvals.models import ApprovalRequest


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


_presenters: dict[str, Presenter] = {}


def register(document: str, presenter: Presenter) -> None:
    """For every action of a kind of document: `activity` tells `activity.publish`, `activity.revoke` ..."""
    _presenters[document] = presenter


def presenter_for(request: ApprovalRequest) -> Presenter | None:
    return _presenters.get(request.action.split(".")[0])
