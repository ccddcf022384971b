"""The states of a request and the verdicts on it."""

from enum import StrEnum


class RequestState(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


class Verdict(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
