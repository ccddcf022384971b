"""The refusals that carry more than a sentence."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from apps.core.errors import DomainError
from apps.offers.documents import Change
from apps.pricing.faults import Fault


class DocumentFaults(DomainError):
    """A document that cannot be right, or not be submitted: `faults` has every one with its path."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("faults", _("%(count)s things must be put right first."), count=len(faults))
        self.faults = list(faults)


class ChangeNotAllowed(DomainError):
    """A running thing may not change so: `changes` has what is refused."""

    def __init__(self, changes: Sequence[Change]) -> None:
        super().__init__(
            "running_change",
            _(
                "What already runs can only get a later end, more stock or budget, or other texts, "
                "placements and goals. Not allowed: %(paths)s"
            ),
            paths=", ".join(change.path for change in changes),
        )
        self.changes = list(changes)


class EditConflict(DomainError):
    """Somebody saved the same draft in between; nothing was overwritten."""

    def __init__(self, seen: int, now: int) -> None:
        super().__init__(
            "conflict",
            _(
                "Somebody else saved this draft in the meantime. Nothing was overwritten: look at their version first."
            ),
            seen_revision=seen,
            revision=now,
        )


class NotAllowedNow(DomainError):
    """The lifecycle has no such step from where the thing stands."""

    def __init__(self, action: str, status: str, pending: bool) -> None:
        super().__init__(
            "not_allowed_now",
            _("This cannot be done now: the state is %(status)s."),
            action=action,
            status=status,
            revocation_pending=pending,
        )
