"""Assessing: what is counted, what is kept, what it costs, how long it looks back."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.approvals.models import Notice
from apps.core import freshness
from apps.core.clock import frozen
from apps.core.errors import Refused
from apps.risk import services
from apps.risk.book import KEEPER, rules_version
from apps.risk.lifecycle import CaseState, Outcome, Trigger
from apps.risk.models import Decision, ReviewCase, RiskEvent
from apps.risk.services.assessing import lock_ahead
from apps.risk.tasks import purge_events
from tests.risk import cast

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 11, 4, tzinfo=UTC)  # 12:00 in Shanghai


def assess(trigger="claim", customer="x", subject="c1", device="", agent=None, **facts):
    given = cast.marks(device=device) if device else {}
    return services.assess(
        trigger=Trigger(trigger), subject=subject, customer=customer, marks=given, facts=facts, agent=agent
    ).outcome.value


def refused(**options):
    """What a claim is refused with, once all else is undone."""
    with pytest.raises(Refused) as error, transaction.atomic():
        services.admit(trigger=Trigger.CLAIM, subject="c1", **options)
    error.value.after()
    return error.value


def test_without_rules_nothing_is_read_or_written():
    KEEPER.current()
    with CaptureQueriesContext(connection) as captured:
        for trigger in ("claim", "grant", "order"):
            assert assess(trigger, device="d") == "allow"
    assert captured.captured_queries == []
    assert (RiskEvent.objects.count(), Decision.objects.count()) == (0, 0)


def test_a_rule_of_another_trigger_costs_nothing(binding):
    binding("order_amount", payable_amount=1)
    KEEPER.current()
    with CaptureQueriesContext(connection) as captured:
        assert assess("claim") == "allow"
    assert captured.captured_queries == []


def test_with_rules_an_assessment_is_two_statements_however_many_rules(binding):
    binding("velocity", per="device", most=9, within=1)
    binding("velocity", per="customer", most=9, within=1)
    binding("deny_list")
    binding("refund_score", most=9, days=9)
    KEEPER.current()
    with CaptureQueriesContext(connection) as captured:
        assert assess(device="d") == "allow"
    assert len(captured.captured_queries) == 2


def test_the_version_told_by_a_request_is_believed_without_asking(binding):
    binding("deny_list", triggers=["claim"])
    version = rules_version()
    with freshness.request():
        freshness.told([version])
        KEEPER.current()
        with CaptureQueriesContext(connection) as captured:
            KEEPER.current()
        assert captured.captured_queries == []
    assert freshness.seen("risk") is None


def test_refunds_are_noted_always_so_that_a_score_knows_the_past(binding):
    for _ in range(3):
        assess("refund", returned_coupon=True)
    assert Decision.objects.count() == 0
    assert sorted(set(RiskEvent.objects.values_list("mark", "points", "returned_coupon"))) == [
        ("customer", 3, True)
    ]
    binding("refund_score", most=8, days=30, triggers=["claim"])
    assert assess("claim") == "deny"
    assert assess("claim", customer="y") == "allow"


def test_the_window_slides(binding):
    binding("velocity", per="customer", most=2, within=10, unit="minute")
    for minutes, expected in (
        (0, "allow"),
        (5, "allow"),
        (9, "deny"),
        (10, "allow"),
        (11, "deny"),
        (15, "allow"),
    ):
        with frozen(NOON + timedelta(minutes=minutes)):
            assert assess() == expected, minutes


def test_only_the_same_campaign_where_the_rule_says_so(binding):
    binding("velocity", per="customer", most=1, within=1, same=True, triggers=["claim"])
    assert [assess(subject="c1"), assess(subject="c2"), assess(subject="c1")] == ["allow", "allow", "deny"]


def test_marks_of_different_kinds_are_never_the_same(binding):
    binding("velocity", per="ip", most=1, within=1)
    assert assess(device="same") == "allow"
    both = cast.marks(ip="same")
    outcome = services.assess(trigger=Trigger.CLAIM, subject="c1", customer="y", marks=both).outcome
    assert outcome is Outcome.ALLOW


def test_an_agents_day_is_the_shops_calendar_day(binding, sue):
    binding("agent_value", most_amount=10_000)
    midnight = datetime(2026, 11, 11, 16, tzinfo=UTC)  # 00:00 of the 12th in Shanghai
    with frozen(midnight - timedelta(seconds=1)):
        assert assess("grant", agent=sue, value_amount=10_000) == "allow"
        assert assess("grant", agent=sue, value_amount=1) == "deny"
    with frozen(midnight):
        assert assess("grant", agent=sue, value_amount=10_000) == "allow"
        assert assess("grant", agent=sue, value_amount=1) == "deny"
        assert assess("grant", value_amount=1) == "allow"


def test_a_denied_claim_is_kept_and_does_not_count(binding):
    binding("velocity", per="customer", most=1, within=1, code="v", text="robots")
    assert assess() == "allow"
    error = refused(customer="x", marks=cast.marks(ip="1.2.3.4"))
    assert (error.code, error.status, error.members) == ("denied_by_risk", 403, {})
    assert "robots" not in error.message
    kept = Decision.objects.first()
    assert (kept.outcome, kept.customer_code, kept.subject, kept.case_id) == ("deny", "x", "c1", None)
    assert [(one["rule"], one["text"], one["numbers"]) for one in kept.reasons] == [
        ("v", "robots", {"count": 2, "most": 1})
    ]
    assert "1.2.3.4" not in str(kept.marks)
    assert RiskEvent.objects.filter(mark="customer").count() == 1
    assert ReviewCase.objects.count() == 0


def test_a_review_opens_one_case_and_tells_the_reviewers_once(binding, sue):
    binding("velocity", per="customer", most=1, within=1, answer="review")
    assess()
    error = refused(customer="x")
    assert (error.status, error.members) == (403, {"review": True})
    refused(customer="x")
    case = ReviewCase.objects.get()
    assert (case.state, case.attempts, case.customer_code, case.subject) == ("open", 2, "x", "c1")
    assert list(case.decisions.values_list("outcome", flat=True)) == ["review", "review"]
    assess(customer="y")
    refused(customer="y")
    assert ReviewCase.objects.count() == 2
    assert Notice.objects.filter(code="risk.waiting", user=sue).count() == 1


def test_deny_wins_over_a_release(binding, ann, cleo, sue):
    binding("velocity", per="customer", most=1, within=1, answer="review", triggers=["claim"])
    assess()
    refused(customer="x")
    release(ReviewCase.objects.get(), sue, cleo)
    binding("deny_list")
    services.deny(mark="customer", value="x", actor=ann, reason="fraud")
    assert assess() == "deny"
    assert ReviewCase.objects.get().state == CaseState.RELEASED


def release(case, who, cleo):
    cast.approve(services.propose_release(case=case, actor=who, reason="a loyal customer"), cleo)


def test_what_is_released_passes_once(binding, cleo, sue):
    binding("velocity", per="customer", most=1, within=1, answer="review")
    assess()
    refused(customer="x")
    release(ReviewCase.objects.get(), sue, cleo)
    assert assess(subject="c2") == "review"
    assert assess(customer="x") == "allow"
    case = ReviewCase.objects.get()
    assert (case.state, case.decisions.first().outcome) == ("used", "allow")
    assert assess(customer="x") == "review"


def test_a_release_that_is_undone_with_its_request_is_not_used_up(binding, cleo, sue):
    binding("velocity", per="customer", most=1, within=1, answer="review")
    assess()
    refused(customer="x")
    release(ReviewCase.objects.get(), sue, cleo)
    with transaction.atomic():
        assert assess(customer="x") == "allow"
        transaction.set_rollback(True)
    assert ReviewCase.objects.get().state == CaseState.RELEASED
    assert assess(customer="x") == "allow"


def test_a_release_lasts_72_hours(binding, cleo, sue):
    binding("velocity", per="customer", most=1, within=100, unit="day", answer="review")
    with frozen(NOON):
        assess()
        refused(customer="x")
        release(ReviewCase.objects.get(), sue, cleo)
    with frozen(NOON + timedelta(hours=72)):
        refused(customer="x")
        assert list(ReviewCase.objects.order_by("id").values_list("state", flat=True)) == ["lapsed", "open"]
        release(ReviewCase.objects.get(state="open"), sue, cleo)
    with frozen(NOON + timedelta(hours=143, minutes=59)):
        assert assess() == "allow"


def test_a_release_is_not_for_more_than_the_reviewers_saw(binding, cleo, sue):
    binding("order_amount", payable_amount=100_000, answer="review")

    def order(payable):
        with pytest.raises(Refused) as error, transaction.atomic():
            services.admit(
                trigger=Trigger.ORDER, subject="o1", customer="x", facts={"payable_amount": payable}
            )
        error.value.after()

    order(150_000)
    release(ReviewCase.objects.get(), sue, cleo)
    assert assess("order", subject="o1", payable_amount=150_001) == "review"
    order(150_001)
    assert list(ReviewCase.objects.order_by("id").values_list("state", flat=True)) == ["lapsed", "open"]
    release(ReviewCase.objects.get(state="open"), sue, cleo)
    assert assess("order", subject="o1", payable_amount=120_000) == "allow"


def test_what_was_refused_stays_denied(binding, sue):
    binding("velocity", per="customer", most=1, within=1, answer="review")
    assess()
    refused(customer="x")
    services.refuse(case=ReviewCase.objects.get(), actor=sue, reason="a robot")
    error = refused(customer="x")
    assert error.members == {}
    case = ReviewCase.objects.get()
    assert (case.state, case.attempts, Decision.objects.first().outcome) == ("refused", 2, "deny")


def test_decisions_and_events_are_written_once(binding):
    binding("velocity", per="customer", most=9, within=1)
    assess()
    for statement in (
        "UPDATE risk_decision SET outcome = 'deny'",
        "DELETE FROM risk_decision",
        "UPDATE risk_riskevent SET points = 9",
        "DELETE FROM risk_riskevent",
        "INSERT INTO risk_riskevent (at, trigger, mark, subject, scope, amount, points, returned_coupon, broke_tier)"
        " VALUES (now(), 'claim', 'device', 'as written by somebody', '', 0, 0, false, false)",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_events_are_forgotten_when_no_rule_can_look_back_so_far(binding):
    binding("velocity", per="customer", most=9, within=1)
    with frozen(datetime.now(UTC) - timedelta(days=181)):
        assess(customer="old")
    assess(customer="new")
    assert purge_events() == 1
    assert list(RiskEvent.objects.values_list("subject", flat=True)) == [cast.customer_mark("new")]


def advisory_locks():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND pid = pg_backend_pid()"
        )
        return sorted(row[0] for row in cursor.fetchall())


def test_what_is_locked_ahead_is_what_the_assessment_locks(binding):
    """Given rules on orders, when an order locks ahead, then its assessment waits for nothing more."""
    binding("velocity", per="device", most=9, within=1)
    binding("velocity", per="customer", most=9, within=1)
    binding("deny_list")
    given = cast.marks(device="d")
    before = advisory_locks()
    lock_ahead(trigger=Trigger.ORDER, customer="x", marks=given)
    ahead = advisory_locks()
    assert len(ahead) == len(before) + 2
    services.assess(trigger=Trigger.ORDER, subject="o1", customer="x", marks=given)
    assert advisory_locks() == ahead


def test_without_rules_nothing_is_locked_ahead():
    KEEPER.current()
    with CaptureQueriesContext(connection) as captured:
        lock_ahead(trigger=Trigger.ORDER, customer="x", marks=cast.marks(device="d"))
    assert captured.captured_queries == []
