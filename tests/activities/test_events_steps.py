"""Steps on many members of a 大促: all or nothing, by the single things' own rules, each with its own audit entry."""

from datetime import timedelta
from typing import Any

import pytest

from apps.activities import services as activity_services
from apps.activities.events import services
from apps.activities.events.members import members_of
from apps.activities.events.models import Event, EventMember
from apps.activities.events.money import roll_up
from apps.activities.events.reach import reach_of
from apps.activities.events.spending import spent
from apps.activities.models import Activity
from apps.approvals import services as approvals
from apps.approvals.lifecycle import Verdict
from apps.approvals.models import ApprovalRequest
from apps.catalog.models import Brand, Category, Sku
from apps.core.clock import database_now
from apps.core.errors import DomainError, Forbidden
from apps.core.models import AuditEntry
from apps.coupons.models import ClaimCampaign, CouponTemplate
from apps.offers.compile import compile_activity, instant
from apps.offers.documents import read_activity
from apps.offers.selectors import skus_in_scope
from apps.offers.versions.errors import DocumentFaults
from apps.pricing.faults import Findings, Reader
from tests.activities.cast import approved, document, drafted, live, log_of, picture, submitted
from tests.coupons.world import campaign_document, template_document

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(ann: Any) -> Event:
    now = database_now()
    content = {"code": "d11", "name": "双11", "ends_at": (now + timedelta(days=2)).isoformat()}
    activity_services.save_event(content={**content, "starts_at": now.isoformat()}, actor=ann)
    return Event.objects.get()


def state_of(code: str) -> str:
    return Activity.objects.get(code=code).status


def test_a_whole_event_is_submitted_and_approved_as_one_packet(event, ann, cleo):
    drafted(ann, "one", event="d11")
    drafted(ann, "two", event="d11")
    drafted(ann, "elsewhere")
    activity_services.create_draft(model=CouponTemplate, content=template_document(), actor=ann)
    activity_services.create_draft(model=ClaimCampaign, content=campaign_document(), actor=ann)
    services.join(event=event, document="template", codes=["ten-off"], actor=ann)
    services.join(event=event, document="campaign", codes=["claim-1"], actor=ann)
    batch = services.submit_members(event=event, keys=[], actor=ann)
    waiting = approvals.waiting_in(batch)
    assert [request.subject_code for request in waiting] == ["one", "two", "claim-1", "ten-off"]
    back = next(request for request in waiting if request.subject_code == "two")
    approvals.reject(request=back, actor=cleo, seen_hash=back.content_hash, reason="price")
    seen = approvals.packet_hash(approvals.waiting_in(batch))
    approvals.decide_packet(batch=batch, actor=cleo, verdict=Verdict.APPROVE, seen_hash=seen)
    states = {one.code: one.thing.status for one in members_of(event)}
    assert states == {"one": "approved", "two": "draft", "ten-off": "approved", "claim-1": "live"}
    assert state_of("elsewhere") == "draft"
    entry = AuditEntry.objects.get(action="event.submit")
    assert (entry.actor, entry.after["batch"]) == ("user:ann", batch)


def test_one_faulty_draft_keeps_all_from_being_submitted(event, ann):
    fine = drafted(ann, "fine", event="d11")
    drafted(ann, "empty", event="d11", scope={"mode": "include", "tags": ["nobody-has-it"]})
    before = picture(fine)
    with pytest.raises(DocumentFaults) as refused:
        services.submit_members(event=event, keys=[], actor=ann)
    assert [(one.path, one.code) for one in refused.value.faults] == [("empty: scope", "nothing_in_scope")]
    assert picture(fine) == before
    assert ApprovalRequest.objects.count() == 0
    services.submit_members(event=event, keys=["activity:fine"], actor=ann)
    assert (state_of("fine"), state_of("empty")) == ("in_review", "draft")


def test_pausing_all_that_runs(event, ann, cleo):
    live(ann, cleo, "runs", event="d11")
    approved(ann, cleo, "waits", event="d11")
    drafted(ann, "draft", event="d11")
    live(ann, cleo, "elsewhere")
    with pytest.raises(DomainError) as refused:
        services.pause_members(event=event, keys=[], actor=ann, reason=" ")
    assert refused.value.code == "reason_required"
    assert services.pause_members(event=event, keys=[], actor=ann, reason="wrong prices") == 2
    states = [state_of(code) for code in ("runs", "waits", "draft", "elsewhere")]
    assert states == ["paused", "paused", "draft", "live"]
    assert log_of(Activity.objects.get(code="runs"))[-1] == ("activity.pause", "user:ann")
    assert AuditEntry.objects.get(action="event.pause").after == {"paused": ["runs", "waits"]}
    with pytest.raises(DomainError) as refused:
        services.pause_members(event=event, keys=[], actor=ann, reason="again")
    assert refused.value.code == "nothing_to_pause"


def test_who_may_not_pause_pauses_nothing(event, ann, cleo, mia):
    activity = live(ann, cleo, "runs", event="d11")
    before = picture(activity)
    with pytest.raises(Forbidden):
        services.pause_members(event=event, keys=[], actor=mia, reason="x")
    assert picture(activity) == before


def test_extending_opens_drafts_beside_what_runs(event, ann, cleo):
    runs = live(ann, cleo, "runs", event="d11")
    drafted(ann, "draft", event="d11")
    submitted(ann, "in-review", event="d11")
    long = approved(ann, cleo, "long", event="d11", ends_at=(database_now() + timedelta(days=9)).isoformat())
    later = (database_now() + timedelta(days=5)).replace(microsecond=0)
    assert services.extend_members(event=event, keys=[], ends_at=later, actor=ann) == 2
    assert [instant(runs.open_version().content["ends_at"]), state_of("runs")] == [later, "live"]
    runs.refresh_from_db()
    assert runs.ends_at < later
    assert Activity.objects.get(code="draft").ends_at == later
    assert long.open_version() is None
    event.refresh_from_db()
    assert event.ends_at == later
    services.submit_members(event=event, keys=["activity:runs"], actor=ann)
    request = ApprovalRequest.objects.get(subject_code="runs", state="pending")
    approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)
    runs.refresh_from_db()
    assert (runs.ends_at, runs.status) == (later, "live")
    with pytest.raises(DomainError) as refused:
        services.extend_members(event=event, keys=[], ends_at=database_now(), actor=ann)
    assert refused.value.code == "nothing_to_extend"


def test_a_coupon_belongs_to_one_event(event, ann):
    activity_services.save_event(content={"code": "d12", "name": "双12"}, actor=ann)
    activity_services.create_draft(model=CouponTemplate, content=template_document(), actor=ann)
    services.join(event=event, document="template", codes=["ten-off"], actor=ann)
    services.join(event=event, document="template", codes=["ten-off"], actor=ann)
    with pytest.raises(DomainError) as refused:
        services.join(event=Event.objects.get(code="d12"), document="template", codes=["ten-off"], actor=ann)
    assert refused.value.code == "in_other_event"
    assert [str(one) for one in EventMember.objects.filter(event=event)] == ["template:ten-off"]
    services.leave(event=event, document="template", codes=["ten-off"], actor=ann)
    assert not EventMember.objects.exists()
    with pytest.raises(DomainError) as refused:
        services.join(event=event, document="template", codes=["ten-off", "nowhere"], actor=ann)
    assert refused.value.code == "unknown_code"
    assert not EventMember.objects.exists()


def test_an_activity_joins_by_its_draft_and_not_once_it_has_started(event, ann, cleo):
    drafted(ann, "draft")
    waits = approved(ann, cleo, "waits")
    runs = live(ann, cleo, "runs")
    services.join(event=event, document="activity", codes=["draft", "waits"], actor=ann)
    assert Activity.objects.get(code="draft").event == event
    waits.refresh_from_db()
    assert (waits.event, waits.open_version().content["event"]) == (None, "d11")
    before = picture(runs)
    with pytest.raises(DomainError) as refused:
        services.join(event=event, document="activity", codes=["runs"], actor=ann)
    assert (refused.value.code, picture(runs)) == ("started", before)
    services.leave(event=event, document="activity", codes=["draft"], actor=ann)
    assert Activity.objects.get(code="draft").event is None


def test_who_may_not_change_events_takes_nothing_in(event, ann, cleo):
    activity = drafted(ann, "draft")
    before = picture(activity)
    with pytest.raises(Forbidden):
        services.join(event=event, document="activity", codes=["draft"], actor=cleo)
    assert picture(activity) == before


def test_the_roll_up_adds_what_may_be_spent_and_what_was(event, ann, cleo, monkeypatch):
    from apps.activities.events import spending

    live(ann, cleo, "runs", event="d11", budget={"amount": 40_000})
    drafted(ann, "open-ended", event="d11", budget=None, stock=None)
    drafted(ann, "stocked", event="d11", budget=None, stock={"total": 4})
    budget = {"quantity": 30, "amount": 25_000}
    activity_services.create_draft(model=CouponTemplate, content=template_document(budget=budget), actor=ann)
    services.join(event=event, document="template", codes=["ten-off"], actor=ann)
    assert spent(["runs"]) == {}
    monkeypatch.setattr(spending, "_sources", [lambda codes: {"runs": 1_200, "ten-off": 300}])
    Event.objects.update(budget_amount=50_000)
    event.refresh_from_db()
    offers = [compile_activity(one.content) for one in members_of(event) if one.document == "activity"]
    money = roll_up(event, members_of(event), reach_of(offers))
    assert (money.budget, money.most, money.spent, money.over) == (50_000, 69_000, 1_500, 19_000)
    assert [one.code for one in money.unbounded] == ["open-ended"]
    assert money.most_by["template:ten-off"] == 25_000
    assert money.most_by["activity:stocked"] == 4 * 1_000  # of the dearest unit


def test_an_event_keeps_its_conclusion_and_its_owner(event, ann, ben, mia):
    services.conclude(event=event, text=" 库存加倍 ", actor=ann)
    services.hand_over(event=event, owner=ben, actor=ann)
    event.refresh_from_db()
    assert (event.conclusion, event.owner) == ("库存加倍", ben)
    entry = AuditEntry.objects.get(action="event.hand_over")
    assert (entry.before, entry.after) == ({"owner": "ann"}, {"owner": "ben"})
    with pytest.raises(Forbidden):
        services.conclude(event=event, text="x", actor=mia)
    event.refresh_from_db()
    assert event.conclusion == "库存加倍"


SCOPES = {
    "all": {"mode": "all"},
    "named": {"mode": "include", "skus": ["R1", "T2"]},
    "category": {"mode": "include", "categories": ["wear"]},
    "leaf": {"mode": "include", "categories": ["shoes"], "except": {"brands": ["b1"]}},
    "tagged": {"mode": "include", "tags": ["new"], "brands": ["b2"]},
    "others": {"mode": "exclude", "categories": ["shoes"], "skus": ["T1"]},
}


def test_kinds_of_goods_count_like_the_scopes_themselves(db):
    Category.objects.create(code="wear", name="wear", path=["wear"])
    Category.objects.create(code="shoes", name="shoes", parent_id="wear", path=["wear", "shoes"])
    for brand in ("b1", "b2"):
        Brand.objects.create(code=brand, name=brand)
    for number in range(1, 5):
        brand = f"b{1 + number % 2}"
        Sku.objects.create(code=f"R{number}", category_id="shoes", brand_id=brand, price_amount=100 * number)
        Sku.objects.create(
            code=f"T{number}", category_id="wear", brand_id=brand, tags=["new"], price_amount=7
        )
    contents = {name: _content(name, scope) for name, scope in SCOPES.items()}
    offers = [compile_activity(content) for content in contents.values()]
    reach = reach_of(offers)
    counted = {name: skus_in_scope(content["scope"]).count() for name, content in contents.items()}
    assert counted == {"all": 8, "named": 2, "category": 8, "leaf": 2, "tagged": 6, "others": 3}
    assert {name: reach.common(name, name) for name in SCOPES} == counted
    assert reach.common("leaf", "others") == 0
    assert reach.common("leaf", "tagged") == 2
    assert reach.common("named", "category") == 2
    dearest = {offer.code: reach.goods_of(offer) for offer in offers}
    assert (dearest["leaf"], dearest["others"]) == ([("", 300)], [("", 7)])


def _content(code: str, scope: dict[str, Any]) -> dict[str, Any]:
    findings = Findings()
    content = read_activity(Reader(document(code, scope=scope, stock=None), "", findings))
    assert findings.faults == []
    return content
