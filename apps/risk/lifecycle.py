"""What risk rules run on, what they answer, and the states of their versions and of what waits for a review."""

from enum import StrEnum


class Trigger(StrEnum):
    CLAIM = "claim"
    GRANT = "grant"
    ORDER = "order"
    REFUND = "refund"


class Answer(StrEnum):
    """What a rule that hits asks for, the mildest first. `watch` only notes it."""

    WATCH = "watch"
    REVIEW = "review"
    DENY = "deny"


class Outcome(StrEnum):
    ALLOW = "allow"
    REVIEW = "review"
    DENY = "deny"


class Mark(StrEnum):
    """What events can have in common. An agent is a person of customer service, everything else the customer's."""

    CUSTOMER = "customer"
    DEVICE = "device"
    IP = "ip"
    ADDRESS_HASH = "address_hash"
    AGENT = "agent"


class VersionState(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    SUPERSEDED = "superseded"
    DISCARDED = "discarded"


VERSION_EDGES = (
    (VersionState.DRAFT, VersionState.IN_REVIEW),
    (VersionState.DRAFT, VersionState.DISCARDED),
    (VersionState.IN_REVIEW, VersionState.DRAFT),
    (VersionState.IN_REVIEW, VersionState.APPROVED),
    (VersionState.APPROVED, VersionState.SUPERSEDED),
)


class CaseState(StrEnum):
    """Released, it passes once while the release lasts; refused, it stays held back."""

    OPEN = "open"
    RELEASED = "released"
    REFUSED = "refused"
    USED = "used"
    LAPSED = "lapsed"


CASE_EDGES = (
    (CaseState.OPEN, CaseState.RELEASED),
    (CaseState.OPEN, CaseState.REFUSED),
    (CaseState.REFUSED, CaseState.RELEASED),
    (CaseState.RELEASED, CaseState.USED),
    (CaseState.RELEASED, CaseState.LAPSED),
)
#: a customer's trigger on a subject has at most one case in these states
CURRENT_CASES = (CaseState.OPEN, CaseState.RELEASED, CaseState.REFUSED)
#: what a reviewer may still decide
DECIDABLE_CASES = (CaseState.OPEN, CaseState.REFUSED)
