"""Ending: for good, with its reason, and with everything that waited about the thing closed."""

from collections.abc import Mapping
from typing import Any

from apps.approvals.services import close_pending
from apps.offers.lifecycle import EndReason, State, VersionState
from apps.offers.versions.models import OPEN
from apps.offers.versions.steps import Step, finish


def end(step: Step, reason: EndReason, said: Mapping[str, Any] | None = None) -> None:
    """End the locked thing of `step`; a request that asked for it is closed by now. `said` goes to the audit log."""
    thing, before = step.thing, step.before
    thing.status = State.ENDED
    thing.end_reason = reason
    thing.ended_at = step.now
    thing.revocation_pending = False
    finish(step, before, after=said, prices=True)
    thing.versions.filter(state__in=list(OPEN)).update(state=VersionState.DISCARDED)
    close_pending(subject_type=thing.kind_of_thing(), subject_codes=[thing.code])
