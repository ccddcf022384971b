"""The colours of states in lists and on pages."""

from apps.offers.lifecycle import State, TemplateState

STATE_LOOKS: dict[str, str] = {
    State.DRAFT.value: "",
    State.IN_REVIEW.value: "info",
    State.APPROVED.value: "primary",
    State.LIVE.value: "success",
    State.PAUSED.value: "warning",
    State.ENDED.value: "",
    TemplateState.STOPPED.value: "warning",
}
