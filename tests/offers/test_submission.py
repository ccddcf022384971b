"""What keeps a document from being submitted."""

from datetime import UTC, datetime
from typing import Any

from apps.offers.documents import read_activity, read_campaign, read_template
from apps.offers.submission import Facts, submission_faults
from tests.offers.documents import activity, campaign, read, template

NOW = datetime(2026, 11, 5, tzinfo=UTC)
SOME = Facts(skus_in_scope=3, people=2)


def faults(reader: Any, raw: Any, facts: Facts = SOME) -> list[str]:
    content, wrong = read(reader, raw)
    assert wrong == []
    return [str(fault) for fault in submission_faults(content, facts, NOW)]


def test_a_good_activity_may_be_submitted_even_after_its_start() -> None:
    assert faults(read_activity, activity(starts_at="2026-11-01T00:00:00Z")) == []


def test_an_end_must_be_after_the_start_and_now() -> None:
    assert faults(read_activity, activity(ends_at="2026-11-10T20:00:00+08:00")) == [
        "ends_at: must be after the start"
    ]
    past = activity(starts_at="2026-11-01T00:00:00Z", ends_at="2026-11-05T00:00:00Z")
    assert faults(read_activity, past) == ["ends_at: lies in the past"]


def test_something_must_be_in_scope_and_somebody_meant() -> None:
    raw = activity(targeting={"audiences": ["vip"]})
    assert faults(read_activity, raw, Facts(skus_in_scope=0, people=0)) == [
        "scope: no SKU is in scope",
        "targeting.audiences: nobody is in these audiences",
    ]
    assert faults(read_activity, activity(), Facts(skus_in_scope=1, people=0)) == []
    assert faults(read_activity, raw, Facts()) == [], "what nobody counted is no fault"


def test_nobody_is_held_out_of_what_everybody_sees() -> None:
    placed = activity(holdout_bps=500, placements=["home"])
    assert faults(read_activity, placed) == ["holdout_bps: is not for what is publicly placed"]
    assert faults(read_activity, activity(holdout_bps=500)) == []


def test_a_fixed_validity_must_lie_ahead() -> None:
    past = {"mode": "fixed", "from": "2026-11-02T00:00:00Z", "until": "2026-11-02T00:00:00Z"}
    assert faults(read_template, template(validity=past)) == [
        "validity.until: must be after the start",
        "validity.until: lies in the past",
    ]
    assert faults(read_template, template(validity={"mode": "relative", "days": 1})) == []


def test_money_is_no_budget_for_coupons_whose_cost_has_no_bound() -> None:
    percentage = {"metric": "amount", "tiers": [{"at": 0, "benefit": {"percentage_off": 2000}}]}
    unbounded = template(params=percentage, budget={"amount": 1, "quantity": 10})
    assert faults(read_template, unbounded) == [
        "budget.amount: what one coupon costs has no bound: limit their number instead"
    ]
    assert faults(read_template, template(params=percentage, budget={"quantity": 10})) == []
    assert faults(read_template, template(budget={"amount": 100_000})) == []


def test_coupons_must_outlast_the_campaign_and_slots_lie_inside_it() -> None:
    raw = campaign(
        releases=[
            {"at": "2026-10-31T23:59:00+08:00", "quantity": 40},
            {"at": "2026-11-01T00:00:00+08:00", "quantity": 30},
            {"at": "2026-11-11T00:00:00+08:00", "quantity": 30},
        ]
    )

    def good_until(until: str) -> Facts:
        fixed = {"mode": "fixed", "from": "2026-11-01T00:00:00Z", "until": until}
        return Facts(
            validities={"coupon-100-10": read(read_template, template(validity=fixed))[0]["validity"]}
        )

    facts = good_until("2026-11-10T23:59:59+08:00")
    assert faults(read_campaign, raw, facts) == [
        "releases[0].at: lies outside the campaign's time",
        "releases[2].at: lies outside the campaign's time",
        "items[0].template: its coupons end before the campaign does",
    ]
    with_it = good_until("2026-11-11T00:00:00+08:00")
    assert "items[0].template" not in "".join(faults(read_campaign, raw, with_it))
