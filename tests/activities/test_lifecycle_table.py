"""The lifecycle table, written a second time from the text, against the one in the code: every cell."""

import pytest

from apps.activities.lifecycle import TABLE, Action, State, allowed
from apps.coupons.lifecycle import CAMPAIGN_TABLE, TEMPLATE_TABLE
from apps.offers.lifecycle import TemplateState

APPROVED_LIVE = ("approved", "live")
RUNNING = ("approved", "live", "paused")
SAME = "the same"

# action: (from, to, what it takes, needs a reason, four eyes, own only, by the schedule, with which pending flag)
TEXT = {
    "submit": (("draft",), {"in_review"}, "submit_activity", False, False, False, False, {False}),
    "withdraw": (("in_review",), {"draft"}, "withdraw_activity", False, False, True, False, {False}),
    "reject": (("in_review",), {"draft"}, "approve_activity", True, True, False, False, {False}),
    "approve": (("in_review",), {"approved", "live"}, "approve_activity", False, True, False, False, {False}),
    "go_live": (("approved",), {"live"}, None, False, False, False, True, {False, True}),
    "pause": (APPROVED_LIVE, {"paused"}, "pause_activity", True, False, False, False, {False, True}),
    "resume": (("paused",), {"approved", "live"}, "resume_activity", False, True, False, False, {False}),
    "stop_skus": (APPROVED_LIVE, SAME, "stop_activity", True, False, False, False, {False}),
    "lower_stock": (APPROVED_LIVE, SAME, "stop_activity", True, False, False, False, {False}),
    "lower_budget": (APPROVED_LIVE, SAME, "stop_activity", True, False, False, False, {False}),
    "request_revocation": (RUNNING, SAME, "request_revocation", True, False, False, False, {False}),
    "approve_revocation": (RUNNING, {"ended"}, "approve_activity", False, True, False, False, {True}),
    "reject_revocation": (RUNNING, SAME, "approve_activity", True, True, False, False, {True}),
    "withdraw_revocation": (RUNNING, SAME, "request_revocation", False, False, True, False, {True}),
    "expire": (RUNNING, {"ended"}, None, False, False, False, True, {False, True}),
    "sell_out": (("live",), {"ended"}, None, False, False, False, True, {False, True}),
    "exhaust_budget": (("live",), {"ended"}, None, False, False, False, True, {False, True}),
    "revise": (RUNNING, SAME, "revise_activity", False, False, False, False, {False}),
}  # fmt: skip


@pytest.mark.parametrize("pending", [False, True])
@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("action", list(Action))
def test_every_cell(action, state, pending):
    row = allowed(state, pending, action)
    sources, targets, permission, reason, four_eyes, own, schedule, flags = TEXT.get(
        action.value, ((), set(), None, False, False, False, False, set())
    )
    if state.value not in sources or pending not in flags:
        assert row is None
        return
    assert row is not None
    assert set(row.targets) == ({state.value} if targets == SAME else targets)
    assert row.permission == (None if permission is None else f"activities.{permission}")
    assert (row.needs_reason, row.four_eyes, row.own_only, row.by_schedule) == (
        reason, four_eyes, own, schedule,
    )  # fmt: skip


def test_ended_has_no_way_out():
    assert TABLE.leaving(State.ENDED, pending=False) == ()
    assert TABLE.leaving(State.ENDED, pending=True) == ()


def test_claim_campaigns_live_by_the_same_table():
    def shape(table):
        return [
            (r.source, r.action, r.targets, r.needs_reason, r.four_eyes, r.pending) for r in table.transitions
        ]

    assert shape(CAMPAIGN_TABLE) == shape(TABLE)
    assert {r.permission.split(".")[0] for r in CAMPAIGN_TABLE.transitions if r.permission} == {"coupons"}


def test_templates_have_a_shorter_one():
    assert TEMPLATE_TABLE.edges() == {
        ("draft", "in_review"),
        ("in_review", "draft"),
        ("in_review", "approved"),
        ("approved", "stopped"),
        ("stopped", "approved"),
    }
    back = TEMPLATE_TABLE.allowed(TemplateState.STOPPED, False, Action.RESUME_ISSUING)
    stop = TEMPLATE_TABLE.allowed(TemplateState.APPROVED, False, Action.STOP_ISSUING)
    assert (back.four_eyes, stop.four_eyes, stop.needs_reason) == (True, False, True)
