"""A rule tried on what was decided: with the past as it was then, and nothing changed."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.core.clock import frozen
from apps.risk.admin.words import Line, tried_in_words
from apps.risk.backtest import backtest
from apps.risk.lifecycle import Trigger
from apps.risk.models import Decision, RiskEvent
from apps.risk.rules import rule_from_content
from apps.risk.services.drafts import normalise
from tests.risk.cast import document
from tests.risk.test_assessing import assess

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 11, 4, tzinfo=UTC)


def rule(kind, **options):
    return rule_from_content(normalise(document(kind, **options)))


def test_a_stricter_rule_would_have_hit_these(binding):
    """Given six claims ten minutes apart, when two within 25 minutes are too many, then the last four were."""
    binding("velocity", per="device", most=99, within=1, triggers=["claim"])
    for number in range(6):
        with frozen(NOON + timedelta(minutes=10 * number)):
            assess(device="d", customer=f"x{number}")
    tried = backtest(rule("velocity", per="device", most=2, within=25, unit="minute", triggers=["claim"]))
    assert [(one.trigger, one.looked, one.hits) for one in tried] == [(Trigger.CLAIM, 6, 4)]
    assert [decision.customer_code for decision in tried[0].examples] == ["x5", "x4", "x3", "x2"]
    assert (Decision.objects.count(), RiskEvent.objects.filter(mark="device").count()) == (6, 6)
    assert tried_in_words(tried) == [Line("claim", "it would have hit 4 of the last 6")]


def test_only_the_last_ones_are_looked_at(binding):
    binding("order_amount", payable_amount=10**9)
    for number in range(5):
        assess("order", subject=f"o{number}", payable_amount=number)
    tried = backtest(rule("order_amount", payable_amount=0), last=3)
    assert [(one.looked, one.hits) for one in tried] == [(3, 3)]


def test_where_nothing_was_noted_it_says_so(db):
    tried = backtest(rule("deny_list", triggers=["claim", "grant"]))
    assert tried_in_words(tried) == [
        Line("claim", "nothing has been noted yet"),
        Line("grant", "nothing has been noted yet"),
    ]
