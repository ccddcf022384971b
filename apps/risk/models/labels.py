"""What triggers, answers, marks and states are called."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.risk.lifecycle import Answer, CaseState, Mark, Outcome, Trigger, VersionState

Labels = dict[str, Promise]

TRIGGER_LABELS: Labels = {
    Trigger.CLAIM.value: _("claim"),
    Trigger.GRANT.value: _("grant"),
    Trigger.ORDER.value: _("placing an order"),
    Trigger.REFUND.value: _("refund"),
}
ANSWER_LABELS: Labels = {
    Answer.WATCH.value: _("only note it"),
    Answer.REVIEW.value: _("hold it back for a review"),
    Answer.DENY.value: _("deny it"),
}
OUTCOME_LABELS: Labels = {
    Outcome.ALLOW.value: _("allowed"),
    Outcome.REVIEW.value: _("held back for a review"),
    Outcome.DENY.value: _("denied"),
}
MARK_LABELS: Labels = {
    Mark.CUSTOMER.value: _("customer"),
    Mark.DEVICE.value: _("device"),
    Mark.IP.value: _("network address"),
    Mark.ADDRESS_HASH.value: _("delivery address"),
    Mark.AGENT.value: _("service agent"),
}
VERSION_LABELS: Labels = {
    VersionState.DRAFT.value: _("draft"),
    VersionState.IN_REVIEW.value: _("in review"),
    VersionState.APPROVED.value: _("approved"),
    VersionState.SUPERSEDED.value: _("superseded"),
    VersionState.DISCARDED.value: _("discarded"),
}
CASE_LABELS: Labels = {
    CaseState.OPEN.value: _("waiting"),
    CaseState.RELEASED.value: _("released"),
    CaseState.REFUSED.value: _("refused"),
    CaseState.USED.value: _("released and done"),
    CaseState.LAPSED.value: _("released and lapsed"),
}


def choices(labels: Labels) -> list[tuple[str, Any]]:
    return list(labels.items())
