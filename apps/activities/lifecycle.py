"""The life of an activity: the shared table with the permissions of this app."""

from apps.offers.lifecycle import Action, EndReason, Right, State, Transition, running_table

__all__ = ["RIGHTS", "TABLE", "Action", "EndReason", "Right", "State", "Transition", "allowed"]

RIGHTS = {
    Right.ADD: "activities.add_activity",
    Right.EDIT: "activities.change_activity",
    Right.SUBMIT: "activities.submit_activity",
    Right.WITHDRAW: "activities.withdraw_activity",
    Right.APPROVE: "activities.approve_activity",
    Right.PAUSE: "activities.pause_activity",
    Right.RESUME: "activities.resume_activity",
    Right.STOP: "activities.stop_activity",
    Right.REVOKE: "activities.request_revocation",
    Right.REVISE: "activities.revise_activity",
}
TABLE = running_table(RIGHTS)


def allowed(state: str, pending: bool, action: str) -> Transition | None:
    """The row that lets `action` happen in `state`, or None: then it is refused and changes nothing."""
    return TABLE.allowed(state, pending, action)
