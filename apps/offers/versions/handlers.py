"""What every handler of a request about a versioned thing does the same way."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from apps.accounts.models import User
from apps.approvals.models import ApprovalRequest
from apps.approvals.registry import Description
from apps.core.clock import database_now
from apps.offers.lifecycle import Right
from apps.offers.versions.models import Versioned


class SubjectHandler:
    """Finds and locks the subject; what the approval means is up to the children."""

    right: Right
    label: str | Promise

    def __init__(self, model: type[Versioned]) -> None:
        self.model = model

    @property
    def permission(self) -> str:
        return self.model.RIGHTS[self.right]

    def subject(self, request: ApprovalRequest) -> Any:
        return self.model.rows().get(code=request.subject_code)

    def lock(self, request: ApprovalRequest) -> Any:
        locked = self.model.rows().select_for_update(of=("self",))
        return locked.get(code=request.subject_code)

    def now(self) -> datetime:
        return database_now()

    def current_hash(self, request: ApprovalRequest) -> str:
        """The hash of what runs: what the approver saw must still be what they decide about."""
        return self.subject(request).current.content_hash

    def describe(self, request: ApprovalRequest) -> Description:
        return Description(title=request.title, facts=self.subject(request).current.content)

    def faults(self, request: ApprovalRequest) -> Sequence[Any]:
        return []

    def diff(self, request: ApprovalRequest) -> Sequence[Any]:
        return []

    def carry_out(self, request: ApprovalRequest, actor: User) -> None:
        raise NotImplementedError

    def on_reject(self, request: ApprovalRequest, actor: User, reason: str) -> None:
        """A rejected request leaves the subject as it is."""

    def on_withdraw(self, request: ApprovalRequest, actor: User) -> None:
        """A request taken back leaves the subject as it is."""
