"""What stands before one person: a thing, its versions, what waits about it, and what this person may do to it now."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from apps.accounts.models import User
from apps.accounts.scope import may_write
from apps.approvals.models import ApprovalRequest
from apps.approvals.selectors import pending
from apps.offers.lifecycle import VersionState
from apps.offers.versions.models import Versioned


@dataclass
class Situation:
    thing: Any
    user: User

    @cached_property
    def version(self) -> Any:
        """The draft or the version in review, or None."""
        return self.thing.open_version()

    @cached_property
    def requests(self) -> list[ApprovalRequest]:
        """What waits for a decision about the thing."""
        about = pending().filter(subject_type=self.thing.kind_of_thing(), subject_code=self.thing.code)
        return list(about)

    def request(self, verb: str) -> ApprovalRequest | None:
        """The request that waits for `publish`, `revoke` or `resume`."""
        action = f"{self.thing.DOCUMENT}.{verb}"
        return next((one for one in self.requests if one.action == action), None)

    def mine(self, verb: str) -> bool:
        request = self.request(verb)
        return request is not None and request.submitter_id == self.user.pk

    @property
    def draft(self) -> Any:
        """The version that can be edited now, or None."""
        version = self.version
        return version if version is not None and version.state == VersionState.DRAFT else None

    @property
    def shown(self) -> Any:
        """The version whose content the page shows: the open one, else the running one, else the last."""
        return self.version or self.thing.current or self.thing.versions.order_by("-number").first()

    @cached_property
    def is_theirs(self) -> bool:
        """Whether it belongs to a shop that this person works for."""
        return may_write(self.user, self.thing)

    def may(self, right: Any) -> bool:
        return self.is_theirs and self.user.has_perm(self.thing.RIGHTS[right])

    def allows(self, action: str) -> bool:
        """Whether the lifecycle has the step from here and the person its permission."""
        row = self.thing.TABLE.allowed(self.thing.status, self.thing.pending, action)
        if row is None or row.permission is None or not self.is_theirs:
            return False
        return self.user.has_perm(row.permission)


def situation_of(thing: Versioned, user: User) -> Situation:
    return Situation(thing, user)
