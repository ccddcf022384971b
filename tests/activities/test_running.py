"""While it runs: pause and resume, stops, revocation, and the clock that decides over all of them."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group

from apps.activities import services
from apps.activities.models import ActivityStop
from apps.activities.stops import in_force
from apps.approvals import services as approvals
from apps.approvals.models import Notice
from apps.approvals.notices import text_of
from apps.core.clock import database_now, frozen
from apps.core.errors import DomainError, Forbidden, FourEyes
from apps.offers.models import BookChange
from apps.offers.versions.errors import DocumentFaults
from tests.activities.cast import approved, hours, live, log_of, picture

pytestmark = pytest.mark.django_db


def refused(activity, verb, /, **arguments) -> str:
    """The code of the refusal, which changed nothing."""
    before, book = picture(activity), BookChange.objects.count()
    with pytest.raises(DomainError) as caught:
        verb(**arguments)
    assert (picture(activity), BookChange.objects.count()) == (before, book)
    return caught.value.code


def test_pause_stops_it_at_once_and_tells_owner_and_book(ann, cleo):
    activity = live(ann, cleo)
    changes = BookChange.objects.count()
    services.pause(thing=activity, actor=cleo, reason="核实价格")
    activity.refresh_from_db()
    assert (activity.status, activity.paused_by) == ("paused", cleo)
    assert BookChange.objects.count() == changes + 1
    notice = Notice.objects.get(user=ann, code="activity.paused")
    assert text_of(notice) == "cleo paused 直减十元 (minus-10) (核实价格)"


def test_pause_needs_a_reason(ann, cleo):
    activity = live(ann, cleo)
    assert refused(activity, services.pause, thing=activity, actor=ann, reason=" ") == "reason_required"


def test_an_approver_other_than_who_paused_lets_it_go_on(ann, cleo, dan):
    activity = live(ann, cleo)
    services.pause(thing=activity, actor=cleo, reason="查")
    assert refused(activity, services.resume, thing=activity, actor=cleo) == "four_eyes"
    services.resume(thing=activity, actor=dan)
    activity.refresh_from_db()
    assert (activity.status, activity.resumed_by) == ("live", dan)


def test_what_was_paused_before_its_start_goes_back_to_approved(ann, cleo, dan):
    activity = approved(ann, cleo)
    services.pause(thing=activity, actor=ann, reason="查")
    services.resume(thing=activity, actor=dan)
    activity.refresh_from_db()
    assert activity.status == "approved"


def test_what_was_paused_over_its_start_goes_live(ann, cleo, dan):
    activity = approved(ann, cleo)
    services.pause(thing=activity, actor=ann, reason="查")
    with frozen(database_now() + timedelta(hours=2)):
        services.resume(thing=activity, actor=dan)
    activity.refresh_from_db()
    assert activity.status == "live"


def test_asking_to_resume_bars_who_asks_and_who_paused(ann, cleo, dan):
    activity = live(ann, cleo)
    services.pause(thing=activity, actor=cleo, reason="查")
    request = services.request_resume(thing=activity, actor=ann, reason="查清了")
    for person in (ann, cleo):
        with pytest.raises(Forbidden):
            approvals.approve(request=request, actor=person, seen_hash=request.content_hash)
    approvals.approve(request=request, actor=dan, seen_hash=request.content_hash)
    activity.refresh_from_db()
    assert activity.status == "live"
    assert [action for action, _who in log_of(activity)][-3:] == [
        "activity.pause",
        "activity.request_resume",
        "activity.resume",
    ]


def test_resuming_directly_decides_the_request_that_waits(ann, cleo, dan):
    activity = live(ann, cleo)
    services.pause(thing=activity, actor=cleo, reason="查")
    request = services.request_resume(thing=activity, actor=ann)
    services.resume(thing=activity, actor=dan)
    request.refresh_from_db()
    assert (request.state, request.decisions.get().approver) == ("approved", dan)


def test_pausing_twice_and_resuming_what_runs_are_refused(ann, cleo, dan):
    activity = live(ann, cleo)
    assert refused(activity, services.resume, thing=activity, actor=dan) == "not_allowed_now"
    services.pause(thing=activity, actor=ann, reason="查")
    assert refused(activity, services.pause, thing=activity, actor=dan, reason="查") == "not_allowed_now"


def test_past_the_end_the_clock_refuses_though_the_status_says_live(ann, cleo, dan):
    activity = live(ann, cleo)
    services.pause(thing=activity, actor=ann, reason="查")
    with frozen(activity.ends_at):
        assert refused(activity, services.resume, thing=activity, actor=dan) == "over"
    other = live(ann, cleo, "other")
    with frozen(other.ends_at):
        assert refused(other, services.pause, thing=other, actor=dan, reason="晚") == "over"
        assert refused(other, services.request_revocation, thing=other, actor=ann, reason="晚") == "over"


def stops_of(activity):
    return in_force(activity.stops.filter(lifted_at=None))


def test_stops_lie_beside_the_version_and_add_up(ann, cleo):
    activity = live(ann, cleo)
    content_hash, changes = activity.current.content_hash, BookChange.objects.count()
    services.stop_skus(activity=activity, skus=["A", "A"], actor=ann, reason="缺货")
    services.lower_stock(activity=activity, value=50, actor=cleo, reason="少了")
    services.lower_stock(activity=activity, value=3, actor=cleo, reason="少了", sku="A")
    services.lower_budget(activity=activity, value=20_000, actor=ann, reason="超支")
    services.lower_budget(activity=activity, value=10_000, actor=ann, reason="超支")
    activity.refresh_from_db()
    capped = stops_of(activity).capped(activity.current.content)
    assert stops_of(activity).skus == {"A"}
    assert (capped["stock"]["total"], capped["stock"]["per_sku"]) == (50, {"A": 3})
    assert capped["budget"]["amount"] == 10_000
    assert activity.current.content_hash == content_hash
    assert BookChange.objects.count() == changes + 5


def test_a_sku_that_is_out_already_stays_so_once(ann, cleo):
    activity = live(ann, cleo)
    services.stop_skus(activity=activity, skus=["A"], actor=ann, reason="缺货")
    before = picture(activity)
    assert services.stop_skus(activity=activity, skus=["A"], actor=cleo, reason="缺货") == []
    assert picture(activity) == before
    assert ActivityStop.objects.count() == 1


def test_lowering_means_lower(ann, cleo):
    activity = live(ann, cleo)
    lower = {"activity": activity, "actor": ann, "reason": "少"}
    assert refused(activity, services.lower_stock, value=100, **lower) == "not_lower"
    assert refused(activity, services.lower_stock, value=10, sku="A", **lower) == "not_lower"
    assert refused(activity, services.lower_budget, value=50_000, **lower) == "not_lower"
    assert refused(activity, services.lower_budget, value=-1, **lower) == "minimum"
    services.lower_stock(value=5, sku="B", **lower)
    assert refused(activity, services.lower_stock, value=5, sku="B", **lower) == "not_lower"


def test_an_unknown_sku_is_named(ann, cleo):
    activity = live(ann, cleo)
    before = picture(activity)
    with pytest.raises(DocumentFaults) as caught:
        services.stop_skus(activity=activity, skus=["A", "nope"], actor=ann, reason="缺货")
    assert [(fault.path, fault.code) for fault in caught.value.faults] == [("skus[1]", "unknown_code")]
    assert picture(activity) == before


def test_what_is_paused_needs_no_stops(ann, cleo):
    activity = live(ann, cleo)
    services.pause(thing=activity, actor=ann, reason="查")
    arguments = {"activity": activity, "actor": ann, "reason": "缺"}
    assert refused(activity, services.stop_skus, skus=["A"], **arguments) == "not_allowed_now"


def test_a_stop_is_undone_by_a_third_person(ann, cleo, dan):
    activity = live(ann, cleo)
    stops = services.stop_skus(activity=activity, skus=["A", "B"], actor=cleo, reason="缺货")
    request = services.request_lift(activity=activity, stops=stops[:1], actor=ann, reason="到货")
    with pytest.raises(FourEyes):
        approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)
    assert stops_of(activity).skus == {"A", "B"}
    approvals.approve(request=request, actor=dan, seen_hash=request.content_hash)
    assert stops_of(activity).skus == {"B"}
    lifted = ActivityStop.objects.get(sku="A")
    assert (lifted.placed_by, lifted.lifted_by) == (cleo, dan)


def test_nothing_to_undo_is_refused(ann, cleo):
    activity = live(ann, cleo)
    arguments = {"activity": activity, "stops": [], "actor": ann, "reason": "x"}
    assert refused(activity, services.request_lift, **arguments) == "not_stopped"


def test_a_revocation_runs_on_until_it_is_decided(ann, cleo):
    activity = live(ann, cleo)
    services.request_revocation(thing=activity, actor=ann, reason="错")
    activity.refresh_from_db()
    assert (activity.status, activity.revocation_pending) == ("live", True)
    again = {"thing": activity, "actor": ann, "reason": "错"}
    assert refused(activity, services.request_revocation, **again) == "not_allowed_now"
    assert refused(activity, services.revise, thing=activity, actor=ann) == "not_allowed_now"


def test_a_revocation_is_not_approved_by_who_asked(ann, cleo):
    ann.groups.add(Group.objects.get(name="approver"))
    activity = live(ann, cleo)
    request = services.request_revocation(thing=activity, actor=ann, reason="错")
    with pytest.raises(FourEyes):
        approvals.approve(request=request, actor=ann, seen_hash=request.content_hash)
    activity.refresh_from_db()
    assert activity.status == "live"


def test_a_rejected_revocation_lowers_the_flag(ann, cleo):
    activity = live(ann, cleo)
    request = services.request_revocation(thing=activity, actor=ann, reason="错")
    approvals.reject(request=request, actor=cleo, seen_hash=request.content_hash, reason="没错")
    activity.refresh_from_db()
    assert (activity.status, activity.revocation_pending) == ("live", False)
    assert services.request_revocation(thing=activity, actor=ann, reason="真错").is_pending


def test_only_its_requester_withdraws_a_revocation(ann, ben, cleo):
    activity = live(ann, cleo)
    services.request_revocation(thing=activity, actor=ann, reason="错")
    assert refused(activity, services.withdraw_revocation, thing=activity, actor=ben) == "not_yours"
    services.withdraw_revocation(thing=activity, actor=ann)
    activity.refresh_from_db()
    assert activity.revocation_pending is False
    assert refused(activity, services.withdraw_revocation, thing=activity, actor=ann) == "no_revocation"


def test_pause_stays_possible_while_a_revocation_waits(ann, cleo, dan):
    activity = live(ann, cleo)
    request = services.request_revocation(thing=activity, actor=ann, reason="错")
    services.pause(thing=activity, actor=ann, reason="先停")
    assert refused(activity, services.resume, thing=activity, actor=dan) == "not_allowed_now"
    approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)
    activity.refresh_from_db()
    assert (activity.status, activity.end_reason) == ("ended", "revoked")


def test_an_end_closes_what_waited(ann, cleo, dan):
    activity = live(ann, cleo)
    draft = services.revise(thing=activity, actor=ann)
    content = {**draft.content, "budget": {"amount": 80_000}}
    services.save_draft(thing=activity, content=content, actor=ann, seen_revision=1)
    publish = services.submit(thing=activity, actor=ann)
    revoke = services.request_revocation(thing=activity, actor=ann, reason="错")
    approvals.approve(request=revoke, actor=dan, seen_hash=revoke.content_hash)
    publish.refresh_from_db()
    assert (publish.state, activity.versions.get(number=2).state) == ("superseded", "discarded")
    assert refused(activity, services.revise, thing=activity, actor=ann) == "not_allowed_now"
    assert "No decision is needed any more" in text_of(Notice.objects.get(code="approval.superseded"))


def test_a_revision_cannot_be_approved_beside_a_pending_revocation(ann, cleo):
    activity = live(ann, cleo, **hours(-1, 5))
    services.revise(thing=activity, actor=ann)
    content = {**activity.open_version().content, "budget": {"amount": 80_000}}
    services.save_draft(thing=activity, content=content, actor=ann, seen_revision=1)
    publish = services.submit(thing=activity, actor=ann)
    services.request_revocation(thing=activity, actor=ann, reason="错")
    arguments = {"request": publish, "actor": cleo, "seen_hash": publish.content_hash}
    assert refused(activity, approvals.approve, **arguments) == "not_allowed_now"
    services.withdraw(thing=activity, actor=ann)
    assert activity.open_version().state == "draft"
