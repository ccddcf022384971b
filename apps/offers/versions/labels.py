"""What people read for the states of things and versions."""

from django.utils.translation import gettext_lazy as _

from apps.offers.lifecycle import EndReason, State, VersionState

STATE_LABELS = {
    State.DRAFT.value: _("draft"),
    State.IN_REVIEW.value: _("in review"),
    State.APPROVED.value: _("approved"),
    State.LIVE.value: _("live"),
    State.PAUSED.value: _("paused"),
    State.ENDED.value: _("ended"),
}
END_LABELS = {
    EndReason.EXPIRED.value: _("expired"),
    EndReason.REVOKED.value: _("revoked"),
    EndReason.SOLD_OUT.value: _("sold out"),
    EndReason.BUDGET_EXHAUSTED.value: _("budget exhausted"),
}
VERSION_LABELS = {
    VersionState.DRAFT.value: _("draft"),
    VersionState.IN_REVIEW.value: _("in review"),
    VersionState.APPROVED.value: _("approved"),
    VersionState.SUPERSEDED.value: _("replaced"),
    VersionState.DISCARDED.value: _("discarded"),
}
