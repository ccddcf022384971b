"""Each kind of rule alone: when it asks, when it hits, what it says; and what holds for all of them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.pricing.faults import Findings, Reader
from apps.pricing.kinds.base import Wording
from apps.risk.lifecycle import Answer, Mark, Outcome, Trigger
from apps.risk.rules import KINDS, Ask, Case, Question, Rule, content_hash, judge, questions_of, read_rule
from apps.risk.rules.agent_value import AgentValue
from apps.risk.rules.deny_list import DenyList
from apps.risk.rules.document import rule_from_content
from apps.risk.rules.order_amount import OrderAmount
from apps.risk.rules.refund_score import RefundScore
from apps.risk.rules.refunds import points_of
from apps.risk.rules.returned_coupons import ReturnedCoupons
from apps.risk.rules.tier_breaking import TierBreaking
from apps.risk.rules.velocity import Velocity
from tests.risk.cast import document

ZH, EN = Wording("zh"), Wording("en")
MARKS = {Mark.CUSTOMER: "c" * 32, Mark.DEVICE: "d" * 32, Mark.IP: "1" * 32}
#: one rule of every kind, with parameters that any case can hit
SAMPLES = {
    "velocity": Velocity(per="device", most=3, within=10, unit="minute"),
    "refund_score": RefundScore(most=4, days=30),
    "returned_coupons": ReturnedCoupons(most=2, days=30),
    "tier_breaking": TierBreaking(most=0, days=7),
    "deny_list": DenyList(),
    "agent_value": AgentValue(most_amount=10_000),
    "order_amount": OrderAmount(payable_amount=100_000, discount_bps=5_000),
}


def case(trigger: Trigger = Trigger.CLAIM, **facts: Any) -> Case:
    return Case(trigger, MARKS, "c1", facts)


def read(raw: Any) -> tuple[dict[str, Any] | None, list[tuple[str, str]]]:
    findings = Findings()
    found = read_rule(raw, Reader(raw, "", findings))
    return found, [(fault.path, fault.code) for fault in findings.faults]


def test_there_is_a_sample_of_every_kind() -> None:
    assert set(SAMPLES) == set(KINDS)


@pytest.mark.parametrize("kind", list(SAMPLES.values()), ids=lambda kind: kind.code)
def test_a_kind_comes_back_from_its_parameters(kind: Any) -> None:
    raw = document(kind.code, **kind.to_json())
    found, faults = read(raw)
    assert faults == []
    assert found is not None
    assert rule_from_content(found).kind == kind
    assert kind.label("zh-hans")
    assert kind.label("en")
    assert kind.about("zh-hans")
    assert kind.about("en")


def test_velocity_counts_this_one_too() -> None:
    """Given at most three, the fourth hits; the mark is the device's, whoever the customer is."""
    rule = SAMPLES["velocity"]
    assert rule.question(case()) == Question(
        Ask.COUNT, ("d" * 32,), Trigger.CLAIM, "", 600, exact=True, enough=4
    )
    assert rule.hit(case(), 2) is None
    hit = rule.hit(case(), 3)
    assert hit is not None
    assert hit.numbers == {"count": 4, "most": 3}


def test_velocity_of_the_same_campaign_asks_for_it_alone() -> None:
    rule = Velocity(per="customer", most=1, within=1, unit="day", same=True)
    question = rule.question(case())
    assert question is not None
    assert (question.scope, question.seconds) == ("c1", 86_400)
    assert rule.question(Case(Trigger.ORDER, MARKS)) is None


def test_every_refund_counts_and_some_weigh_more() -> None:
    refund = Trigger.REFUND
    assert points_of(case(refund)) == 1
    assert points_of(case(refund, returned_coupon=True)) == 3
    assert points_of(case(refund, broke_tier=True)) == 3
    assert points_of(case(refund, returned_coupon=True, broke_tier=True)) == 5


def test_a_score_counts_the_refund_itself_on_refunds_only() -> None:
    rule = SAMPLES["refund_score"]
    assert rule.hit(case(Trigger.ORDER), 4) is None
    assert rule.hit(case(Trigger.ORDER), 5) is not None
    assert rule.hit(case(Trigger.REFUND, returned_coupon=True), 1) is None
    assert rule.hit(case(Trigger.REFUND, returned_coupon=True), 2) is not None


def test_a_refund_without_a_coupon_is_no_returned_coupon() -> None:
    rule = SAMPLES["returned_coupons"]
    assert rule.question(case(Trigger.REFUND)) is None
    question = rule.question(case(Trigger.REFUND, returned_coupon=True))
    assert question is not None
    assert (question.ask, question.trigger, question.exact) == (Ask.RETURNED, Trigger.REFUND, True)
    assert rule.hit(case(Trigger.REFUND, returned_coupon=True), 2) is not None
    assert rule.hit(case(Trigger.CLAIM), 2) is None


def test_one_broken_tier_is_enough_where_none_is_allowed() -> None:
    rule = SAMPLES["tier_breaking"]
    assert rule.question(case(Trigger.REFUND)) is None
    hit = rule.hit(case(Trigger.REFUND, broke_tier=True), 0)
    assert hit is not None
    assert hit.numbers == {"count": 1, "most": 0}


def test_the_deny_list_is_asked_for_every_mark_but_the_agent() -> None:
    marks = {**MARKS, Mark.AGENT: "a" * 32}
    question = DenyList().question(Case(Trigger.GRANT, marks))
    assert question is not None
    assert set(question.subjects) == {"c" * 32, "d" * 32, "1" * 32}
    assert DenyList().hit(case(), 0) is None
    assert DenyList().hit(case(), 1) is not None


def test_an_agent_gives_at_most_so_much_a_day() -> None:
    rule = SAMPLES["agent_value"]
    given = Case(Trigger.GRANT, {Mark.AGENT: "a" * 32}, "t", {"value_amount": 4_000})
    question = rule.question(given)
    assert question is not None
    assert (question.today, question.exact, question.ask) == (True, True, Ask.AMOUNT)
    assert rule.hit(given, 6_000) is None
    hit = rule.hit(given, 6_001)
    assert hit is not None
    assert hit.numbers == {"amount": 10_001, "most_amount": 10_000}


@pytest.mark.parametrize(
    ("facts", "over"),
    [
        ({"payable_amount": 100_000}, None),
        ({"payable_amount": 100_001}, {"payable_amount": 100_001}),
        ({"discount_amount": 500, "list_amount": 1_000}, None),
        ({"discount_amount": 501, "list_amount": 1_000}, {"discount_bps": 5_010}),
        ({"discount_amount": 0, "list_amount": 0}, None),
        ({}, None),
    ],
)
def test_an_order_that_is_too_large_or_too_cheap(facts: dict[str, int], over: dict[str, int] | None) -> None:
    hit = SAMPLES["order_amount"].hit(case(Trigger.ORDER, **facts), None)
    assert (None if hit is None else dict(hit.numbers)) == over


FACTS = st.fixed_dictionaries(
    {},
    optional={
        "payable_amount": st.integers(0, 90_000),
        "value_amount": st.integers(0, 10**9),
        "returned_coupon": st.booleans(),
        "broke_tier": st.booleans(),
    },
)


@given(kind=st.sampled_from(list(SAMPLES.values())), trigger=st.sampled_from(list(Trigger)), facts=FACTS)
def test_a_rule_over_absent_marks_never_hits(kind: Any, trigger: Trigger, facts: dict[str, Any]) -> None:
    """Given nobody gave any mark, when a rule looks at marks, then it asks nothing and hits nothing."""
    bare = Case(trigger, {}, "c1", facts)
    assert kind.question(bare) is None
    assert kind.hit(bare, None) is None


@given(found=st.integers(0, 50), more=st.integers(0, 50), facts=FACTS)
def test_more_of_the_same_is_never_milder(found: int, more: int, facts: dict[str, Any]) -> None:
    for kind in SAMPLES.values():
        one = Case(Trigger.REFUND, {**MARKS, Mark.AGENT: "a" * 32}, "c1", facts)
        if kind.question(one) is not None and kind.hit(one, found) is not None:
            assert kind.hit(one, found + more) is not None


def test_the_strictest_answer_counts_and_every_reason_is_told() -> None:
    def rule(code: str, answer: Answer) -> Rule:
        return Rule(code, code, DenyList(), (Trigger.CLAIM,), answer, f"because {code}", version=2)

    rules = [rule("a", Answer.DENY), rule("b", Answer.WATCH), rule("c", Answer.REVIEW)]
    assert list(questions_of(rules, case())) == ["a", "b", "c"]
    verdict = judge(rules, case(), {"a": 1, "b": 1, "c": 1})
    assert verdict.outcome is Outcome.DENY
    assert [(one["rule"], one["answer"], one["version"], one["text"]) for one in verdict.reasons] == [
        ("a", "deny", 2, "because a"),
        ("b", "watch", 2, "because b"),
        ("c", "review", 2, "because c"),
    ]
    assert judge(rules, case(), {"a": 0, "b": 1, "c": 1}).outcome is Outcome.REVIEW
    watched = judge(rules, case(), {"a": 0, "b": 1, "c": 0})
    assert (watched.outcome, len(watched.reasons)) == (Outcome.ALLOW, 1)
    assert judge(rules, case(), {"a": 0, "b": 0, "c": 0}).reasons == ()


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"kind": "nothing"}, ("kind", "choice")),
        ({"triggers": []}, ("triggers", "required")),
        ({"triggers": ["pay"]}, ("triggers[0]", "choice")),
        ({"answer": "maybe"}, ("answer", "choice")),
        ({"name": None}, ("name", "required")),
        ({"params": {"per": "device", "most": 0, "within": 1}}, ("params.most", "minimum")),
        ({"params": {"per": "phone", "most": 1, "within": 1}}, ("params.per", "choice")),
        ({"params": {"per": "ip", "most": 1, "within": 181, "unit": "day"}}, ("params.within", "too_long")),
        ({"params": {"per": "ip", "most": 1, "within": 1, "x": 1}}, ("params.x", "unknown_key")),
        ({"else": 1}, ("else", "unknown_key")),
    ],
)
def test_what_a_rule_may_not_say(wrong: dict[str, Any], fault: tuple[str, str]) -> None:
    raw = {**document("velocity", per="device", most=3, within=1), **wrong}
    found, faults = read(raw)
    assert found is None
    assert fault in faults


def test_order_rules_run_on_orders_only() -> None:
    found, faults = read(document("order_amount", payable_amount=1, triggers=["claim"]))
    assert (found, faults) == (None, [("triggers[0]", "choice")])


def test_the_hash_is_of_the_content_and_not_of_its_writing() -> None:
    one, _ = read(document("velocity", code="v", per="ip", most=1, within=1, triggers=["order", "claim"]))
    two, _ = read(
        document("velocity", code="v", within=1, most=1, per="ip", unit="hour", triggers=["claim", "order"])
    )
    assert one == two
    assert one is not None
    assert content_hash(one) == content_hash(dict(reversed(one.items())))
    assert content_hash({**one, "active": False}) != content_hash(one)


@pytest.mark.parametrize(
    ("code", "zh", "en"),
    [
        (
            "velocity",
            "同一设备10分钟内超过3次",
            "the same device does it more than 3 times within 10 minutes",
        ),
        (
            "agent_value",
            "同一客服当天补偿的券价值超过¥100",
            "one agent's compensations of the day are worth more than ¥100",
        ),
        (
            "order_amount",
            "订单实付超过¥1,000，或优惠超过原价的50%",
            "it is worth more than ¥1,000, or its discounts are over 50% of the list price",
        ),
    ],
)
def test_sentences(code: str, zh: str, en: str) -> None:
    assert SAMPLES[code].sentence(ZH) == zh
    assert SAMPLES[code].sentence(EN) == en


def test_the_sentence_of_a_whole_rule() -> None:
    rule = Rule("v", "v", SAMPLES["velocity"], (Trigger.CLAIM, Trigger.ORDER), Answer.REVIEW, "")
    assert rule.sentence(ZH) == "领取、下单时，同一设备10分钟内超过3次，转人工审核"
    assert rule.sentence(EN) == (
        "On claim, order: if the same device does it more than 3 times within 10 minutes, hold it back for a review"
    )
