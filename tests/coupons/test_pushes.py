"""Mass grants: a test list, then everybody whom the campaign means, each once, stopped and taken up again."""

from datetime import timedelta

import pytest

from apps.audiences.services import upsert_audiences, upsert_customers
from apps.core.clock import database_now, frozen
from apps.core.errors import DomainError, Forbidden
from apps.core.models import AuditEntry
from apps.coupons import services, tasks
from apps.coupons.lifecycle import PushState
from apps.coupons.models import CampaignAllowance, Coupon, PushRun, TemplateAllowance
from apps.coupons.outstanding import reach_of
from apps.coupons.services import pushing
from tests.activities.cast import person
from tests.coupons.world import a_campaign, a_template

pytestmark = pytest.mark.django_db
EVERYBODY = [f"c{number:02}" for number in range(20)]


@pytest.fixture(autouse=True)
def may_publish(settings):
    settings.ALLOW_PUBLISH = True


@pytest.fixture
def crowd(db):
    """Twenty customers of levels 0 to 3; a list of the first five and a stranger; a rule for level 3."""
    upsert_customers(
        actor="test",
        rows=[{"id": code, "member_level": at % 4, "orders": at % 2} for at, code in enumerate(EVERYBODY)],
    )
    upsert_audiences(
        actor="test",
        rows=[
            {"code": "listed", "members": [*EVERYBODY[:5], "stranger"]},
            {"code": "top", "rule": {"field": "member_level", "op": "gte", "value": 3}},
        ],
    )


def a_push(targeting=None, budget=None, **changes):
    a_template(budget=budget or {"amount": 1_000_000})
    return a_campaign(mode="push", targeting=targeting or {}, **changes)


def holders(**which):
    return sorted(Coupon.objects.filter(**which).values_list("customer_code", flat=True))


def try_out(campaign, by, testers=("t1",)):
    pushing.start_test(campaign=campaign, customers=testers, actor=by)
    tasks.push()


@pytest.mark.parametrize(
    ("targeting", "meant"),
    [
        ({}, EVERYBODY),
        ({"audiences": ["listed"]}, [*EVERYBODY[:5], "stranger"]),
        ({"audiences": ["top"]}, EVERYBODY[3::4]),
        ({"audiences": ["listed", "top"]}, sorted({*EVERYBODY[:5], "stranger", *EVERYBODY[3::4]})),
        ({"audiences": ["listed"], "member_levels": [1, 2]}, ["c01", "c02"]),
        ({"new_customers_only": True}, EVERYBODY[0::2]),
    ],
)
def test_everybody_meant_gets_one(crowd, ann, targeting, meant):
    # Given a push that was sent to a test list
    campaign = a_push(targeting)
    try_out(campaign, ann)

    # When it is started and goes in chunks of three
    run = pushing.start(campaign=campaign, actor=ann)
    pushing.work(run=run.pk, seconds=60, chunk=3)

    # Then
    run.refresh_from_db()
    meant_besides = [code for code in meant if code != "t1"]
    assert holders() == sorted([*meant_besides, "t1"])
    assert (run.state, run.granted) == (PushState.DONE, len(meant_besides))
    assert set(Coupon.objects.values_list("source", "origin")) == {("push", "claim-1")}


def test_the_test_list_comes_first_and_is_left_out_later(crowd, ann):
    campaign = a_push()
    with pytest.raises(DomainError) as early:
        pushing.start(campaign=campaign, actor=ann)
    assert early.value.code == "not_tested"
    try_out(campaign, ann, ["c00", "c07"])
    assert holders() == ["c00", "c07"]
    run = pushing.start(campaign=campaign, actor=ann)
    tasks.push()
    run.refresh_from_db()
    assert (run.granted, run.skipped, holders()) == (18, 2, EVERYBODY)
    assert CampaignAllowance.objects.get().claims == 20
    assert [
        entry.action for entry in AuditEntry.objects.filter(action__startswith="push.").order_by("id")
    ] == [
        "push.start",
        "push.start",
    ]


def test_again_gives_nobody_a_second_one(crowd, ann):
    campaign = a_push()
    try_out(campaign, ann)
    for _ in range(2):
        pushing.start(campaign=campaign, actor=ann)
        tasks.push()
    assert holders() == [*EVERYBODY, "t1"]
    assert list(PushRun.objects.order_by("id").values_list("granted", "skipped")) == [
        (1, 0),
        (20, 1),
        (0, 21),
    ]


def test_it_is_stopped_and_goes_on_where_it_stopped(crowd, ann):
    campaign = a_push()
    try_out(campaign, ann)
    run = pushing.start(campaign=campaign, actor=ann)
    assert pushing.advance(run=run.pk, chunk=8) == (True, 8)
    with pytest.raises(DomainError):
        pushing.stop(run=run, actor=ann, reason="")
    pushing.stop(run=run, actor=ann, reason="等等")
    assert pushing.advance(run=run.pk, chunk=8) == (False, 0)
    run.refresh_from_db()
    assert (run.state, run.told, run.last_customer, run.granted) == ("stopped", "等等", "c07", 8)
    with pytest.raises(DomainError) as second:
        pushing.start(campaign=campaign, actor=ann)
    assert second.value.code == "already_running"
    pushing.go_on(run=run, actor=ann)
    tasks.push()
    assert holders() == [*EVERYBODY, "t1"]


def test_only_who_may_starts_and_stops_it(crowd, ann, mia, cleo):
    campaign = a_push()
    try_out(campaign, ann)
    run = pushing.start(campaign=campaign, actor=ann)
    for person_ in (mia, cleo):
        for call in (
            lambda who=person_: pushing.start(campaign=campaign, actor=who),
            lambda who=person_: pushing.start_test(campaign=campaign, customers=["c1"], actor=who),
            lambda who=person_: pushing.stop(run=run, actor=who, reason="x"),
            lambda who=person_: pushing.go_on(run=run, actor=who),
        ):
            with pytest.raises(Forbidden):
                call()
    run.refresh_from_db()
    assert (run.state, PushRun.objects.count()) == ("waiting", 2)


@pytest.mark.parametrize(
    ("budget", "quantity", "left"),
    [({"amount": 8_000}, 100, 7), ({"quantity": 8}, 100, 7), ({"amount": 1_000_000}, 8, 7)],
)
def test_it_ends_exactly_where_budget_or_quantity_do(crowd, ann, budget, quantity, left):
    """One went to the test list; what is left goes to the first customers, to the last coupon."""
    campaign = a_push(budget=budget, quantity=quantity)
    try_out(campaign, ann)
    run = pushing.start(campaign=campaign, actor=ann)
    pushing.work(run=run.pk, seconds=60, chunk=5)
    run.refresh_from_db()
    assert (run.state, run.told, run.granted) == ("stopped", "sold_out", left)
    assert holders() == sorted(["t1", *EVERYBODY[:left]])
    assert run.last_customer == EVERYBODY[left - 1]


def test_more_budget_lets_it_go_on(crowd, ann):
    campaign = a_push(budget={"quantity": 8})
    try_out(campaign, ann)
    run = pushing.start(campaign=campaign, actor=ann)
    tasks.push()
    a_template(budget={"quantity": 100})
    pushing.go_on(run=run, actor=ann)
    tasks.push()
    assert holders() == [*EVERYBODY, "t1"]
    assert sum(TemplateAllowance.objects.values_list("issued_quantity", flat=True)) == 21


def test_it_waits_for_its_start_and_stops_with_its_campaign(crowd, ann, cleo):
    now = database_now()
    campaign = a_push(starts_at=(now + timedelta(hours=1)).isoformat())
    run = pushing.start_test(campaign=campaign, customers=["t1"], actor=ann)
    tasks.push()
    assert holders() == []
    services.pause(thing=campaign, actor=cleo, reason="查")
    tasks.push()
    run.refresh_from_db()
    assert (run.state, run.told, holders()) == ("stopped", "paused", [])
    services.resume(thing=campaign, actor=person("eve", "approver"))
    pushing.go_on(run=run, actor=ann)
    with frozen(now + timedelta(hours=2)):
        tasks.push()
    assert holders() == ["t1"]
    with frozen(now + timedelta(days=3)), pytest.raises(DomainError) as over:
        pushing.start(campaign=campaign, actor=ann)
    assert over.value.code == "not_pushable"


def test_a_campaign_that_is_claimed_is_not_pushed(ann):
    a_template()
    campaign = a_campaign()
    with pytest.raises(DomainError) as refused:
        pushing.start_test(campaign=campaign, customers=["c1"], actor=ann)
    assert refused.value.code == "not_pushable"


def test_a_test_list_is_short_and_of_customers(crowd, ann):
    campaign = a_push()
    for testers, code in (
        ([], "testers"),
        ([str(n) for n in range(201)], "testers"),
        (["a b"], "not_a_customer"),
    ):
        with pytest.raises(DomainError) as refused:
            pushing.start_test(campaign=campaign, customers=testers, actor=ann)
        assert refused.value.code == code


@pytest.mark.parametrize(
    ("targeting", "quantity", "people", "each", "exact"),
    [
        ({}, 100, 20, 1_000, True),
        ({"audiences": ["listed"]}, 100, 6, 1_000, True),
        ({"audiences": ["listed"]}, 4, 4, 1_000, True),
        ({"audiences": ["top"]}, 100, 5, 1_000, True),
        ({"audiences": ["top", "listed"]}, 100, 11, 1_000, False),
    ],
)
def test_the_approver_sees_people_times_the_worst_case(crowd, targeting, quantity, people, each, exact):
    campaign = a_push(targeting, quantity=quantity)
    reach = reach_of(campaign.current.content)
    assert (reach.people, reach.each_amount, reach.exact) == (people, each, exact)
    assert reach.most_amount == people * each


def test_without_a_bound_the_worst_case_is_unknown(crowd):
    a_template("free", kind="exchange", params={"sku": "A", "value": 0}, budget={"quantity": 10})
    campaign = a_campaign(mode="push", template="free")
    assert reach_of(campaign.current.content).most_amount is None
