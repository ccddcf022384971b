"""Who was in it at publication; sizes counted; tags as records; the last order in rules."""

from datetime import timedelta

import pytest

from apps.audiences.models import Audience, Customer, Snapshot, SnapshotMember, Tag
from apps.audiences.rules import matches
from apps.audiences.selectors import stored_customer
from apps.audiences.sentence import sentence
from apps.audiences.services import counting, import_members, snapshots, upsert_audiences
from apps.audiences.services.counting import start_count
from apps.audiences.services.customers import count_paid_order, put_customer
from apps.audiences.services.tags import collect_tags
from apps.core import jobs
from apps.core.clock import database_now
from apps.pricing.holdout import in_holdout
from tests.activities.cast import live, person

pytestmark = pytest.mark.django_db
VIP = {"field": "member_level", "op": "gte", "value": 3}
QUIET = {"not": {"field": "days_since_order", "op": "lt", "value": 90}}


@pytest.fixture
def people(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two of three by rule, three by list (one of whom nobody knows, one by both), in batches of two."""
    monkeypatch.setattr(snapshots, "BATCH", 2)
    monkeypatch.setattr(counting, "BATCH", 2)
    for code, level in (("c1", 3), ("c2", 1), ("c3", 5)):
        Customer.objects.create(code=code, member_level=level)
    members = ["c2", "c3", "stranger"]
    upsert_audiences(rows=[{"code": "vip", "rule": VIP}, {"code": "crm", "members": members}], actor="test")
    return ["c1", "c2", "c3", "stranger"]


def taken(audiences: list[str], holdout_bps: int = 0, version: int = 1) -> Snapshot:
    job = snapshots.take(
        subject_type="activities.activity", subject_code="a1", version=version, audiences=audiences,
        holdout_bps=holdout_bps, actor=None,
    )  # fmt: skip
    assert job is not None
    assert jobs.run(job).state == "done"
    return Snapshot.objects.get(version=version)


@pytest.mark.parametrize(
    ("audiences", "expected"),
    [
        (["vip"], ["c1", "c3"]),
        (["crm"], ["c2", "c3", "stranger"]),
        (["vip", "crm"], ["c1", "c2", "c3", "stranger"]),
    ],
)
@pytest.mark.usefixtures("people")
def test_rules_and_lists_are_taken_together(audiences: list[str], expected: list[str]) -> None:
    snapshot = taken(audiences)
    assert sorted(snapshot.members.values_list("customer_code", flat=True)) == expected
    assert (snapshot.people, snapshot.held_out, snapshot.complete) == (len(expected), 0, True)


def test_the_database_holds_out_whom_the_engine_holds_out() -> None:
    audience = Audience.objects.create(code="many")
    codes = [f"c-{number}" for number in range(2_000)]
    import_members(audience=audience, rows=enumerate(codes), actor="test")
    snapshot = taken(["many"], holdout_bps=3_000)
    held_out = {code for code in codes if in_holdout("a1", code, 3_000)}
    assert 500 < len(held_out) < 700
    found = SnapshotMember.objects.filter(snapshot=snapshot, held_out=True)
    assert set(found.values_list("customer_code", flat=True)) == held_out
    assert (snapshot.people, snapshot.held_out) == (2_000, len(held_out))
    told = snapshots.members_of(subject_type="activities.activity", subject_code="a1", held_out=False)
    assert set(told) == set(codes) - held_out


@pytest.mark.usefixtures("people")
def test_a_version_is_taken_once_and_keeps_who_was_in_it() -> None:
    taken(["vip"])
    again = snapshots.take(
        subject_type="activities.activity", subject_code="a1", version=1, audiences=["vip"],
        holdout_bps=0, actor=None,
    )  # fmt: skip
    assert again is None
    Customer.objects.filter(code="c1").update(member_level=0)
    assert sorted(taken(["vip"], version=2).members.values_list("customer_code", flat=True)) == ["c3"]
    assert sorted(Snapshot.objects.get(version=1).members.values_list("customer_code", flat=True)) == [
        "c1",
        "c3",
    ]


@pytest.mark.usefixtures("people")
def test_publishing_for_an_audience_takes_a_snapshot() -> None:
    targeting = {"audiences": ["vip"]}
    activity = live(
        person("ann", "operator"), person("cleo", "approver"), targeting=targeting, holdout_bps=10_000
    )
    snapshot = Snapshot.objects.get()
    assert (snapshot.subject_type, snapshot.subject_code) == ("activities.activity", activity.code)
    job = jobs.run(jobs.Job.objects.get(kind=snapshots.KIND))
    snapshot.refresh_from_db()
    assert (job.state, snapshot.people, snapshot.held_out) == ("done", 2, 2)


def test_publishing_for_everybody_takes_none() -> None:
    live(person("ann", "operator"), person("cleo", "approver"))
    assert Snapshot.objects.count() == 0


@pytest.mark.usefixtures("people")
def test_an_audience_is_counted_with_rule_and_list() -> None:
    ann = person("ann", "operator")
    Audience.objects.filter(code="crm").update(rule=VIP)
    job = jobs.run(start_count(audience=Audience.objects.get(code="crm"), actor=ann))
    audience = Audience.objects.get(code="crm")
    assert (job.state, job.done, audience.people) == ("done", 4, 4)
    assert audience.counted_at is not None


def test_tags_of_customers_become_records_once() -> None:
    Tag.objects.create(text="vip", name="高价值")
    Customer.objects.create(code="c1", tags=["vip", "new"])
    Customer.objects.create(code="c2", tags=["new"])
    assert (collect_tags(), collect_tags()) == (1, 0)
    assert list(Tag.objects.order_by("text").values_list("text", "name")) == [("new", ""), ("vip", "高价值")]


@pytest.mark.parametrize(("days", "quiet"), [(None, True), (0, False), (89, False), (90, True), (400, True)])
def test_no_order_in_ninety_days(days: int | None, quiet: bool) -> None:
    put_customer(code="c1", actor="test", attributes={"days_since_order": 5})
    if days is not None:
        count_paid_order("c1")
        at = database_now() - timedelta(days=days, minutes=1)
        Customer.objects.update(last_order_at=at)
    stored = stored_customer("c1")
    assert stored.fields.get("days_since_order") == days  # an attribute of that name counts for nothing
    assert matches(QUIET, stored.fields) is quiet


def test_a_paid_order_is_the_last_one() -> None:
    put_customer(code="c1", actor="test")
    before = database_now()
    count_paid_order("c1")
    customer = Customer.objects.get()
    assert customer.orders == 1
    assert customer.last_order_at is not None
    assert customer.last_order_at > before


@pytest.mark.parametrize(
    ("rule", "chinese", "english"),
    [
        (QUIET, "最近 90 天内没有下单", "no order in the last 90 days"),
        (QUIET["not"], "最近 90 天内下过单", "an order in the last 90 days"),
        (
            {"field": "days_since_order", "op": "gte", "value": 30},
            "距上次下单天数不低于30",
            "days since the last order is at least 30",
        ),
    ],
)
def test_history_in_words(rule: dict, chinese: str, english: str) -> None:
    assert (sentence(rule, "zh-hans"), sentence(rule, "en")) == (chinese, english)
