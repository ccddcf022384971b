"""Role x action over the pages of giving and taking back: who may, who may not; a refusal changes nothing."""

import pytest

from apps.approvals.models import ApprovalRequest
from apps.coupons import tasks
from apps.coupons.models import Coupon, CouponTemplate, PushRun
from apps.coupons.services import pushing
from tests.activities.cast import person, picture
from tests.admin.conftest import as_user
from tests.coupons.world import a_campaign, a_template

__all__ = ["as_user"]
pytestmark = pytest.mark.django_db
ROLES = ("operator", "approver", "analyst", "auditor", "customer_service", "administrator")
COUPONS = "/admin/coupons/coupon/"
QUOTAS = "/admin/coupons/compensationquota/"
RUNS = "/admin/coupons/pushrun/"
READERS = {"operator", "approver", "analyst", "auditor", "customer_service"}


@pytest.fixture(autouse=True)
def may_publish(settings):
    settings.ALLOW_PUBLISH = True


@pytest.fixture
def somebody(as_user):
    return lambda role: as_user(person(f"new-{role}", role))


def doing(thing, code):
    return f"/admin/coupons/{thing._meta.model_name}/{thing.pk}/do/{code}/"


def a_push_that_was_tried(**changes):
    a_template(budget={"amount": 1_000_000})
    campaign = a_campaign(mode="push", **changes)
    ann = person("ann", "operator")
    pushing.start_test(campaign=campaign, customers=["c1"], actor=ann)
    tasks.push()
    return campaign, ann


@pytest.mark.parametrize("role", ROLES)
def test_who_reads(somebody, role):
    campaign, _ann = a_push_that_was_tried()
    client, run = somebody(role), campaign.pushes.get()
    statuses = {
        client.get(path).status_code
        for path in (COUPONS, RUNS, f"{RUNS}{run.pk}/change/", f"{RUNS}{run.pk}/live/")
    }
    assert statuses == ({200} if role in READERS else {403})
    assert client.get(QUOTAS).status_code == 200
    assert client.post(f"{RUNS}{run.pk}/change/").status_code == 403
    assert client.get(f"{RUNS}999/live/").status_code in (403, 404)


@pytest.mark.parametrize("role", ROLES)
def test_who_compensates(somebody, role):
    a_template()
    CouponTemplate.objects.update(for_compensation=True)
    client, may = somebody(role), role == "customer_service"
    told = {"customer": "c1", "template": "ten-off", "quantity": "1", "reason": "x"}
    assert client.get(f"{COUPONS}compensate/").status_code == (200 if may else 403)
    assert client.post(f"{COUPONS}compensate/", told).status_code == (302 if may else 403)
    assert Coupon.objects.count() == may


@pytest.mark.parametrize("role", ROLES)
def test_who_asks_for_coupons_to_be_void(somebody, role):
    a_push_that_was_tried()
    client, may = somebody(role), role in {"customer_service", "operator"}
    path = f"{COUPONS}void/?customer=c1"
    told = {"coupons": [Coupon.objects.get().code], "reason": "x"}
    assert client.get(path).status_code == (200 if may else 403)
    assert client.post(path, told).status_code == (302 if may else 403)
    assert ApprovalRequest.objects.filter(action="coupon.void").count() == may
    assert Coupon.objects.get().state == "unused"


@pytest.mark.parametrize("role", ROLES)
def test_who_asks_for_a_quota(somebody, role):
    client, may = somebody(role), role == "administrator"
    told = {"agent": "", "quantity": "5", "amount": "¥50", "reason": "x"}
    assert client.get(f"{QUOTAS}ask/").status_code == (200 if may else 403)
    assert client.post(f"{QUOTAS}ask/", told).status_code == (302 if may else 403)
    requests = list(ApprovalRequest.objects.values_list("payload", flat=True))
    assert requests == ([{"quantity": 5, "amount": 5_000, "agent": ""}] if may else [])


#: what may be done to an approved template, and by whom
TEMPLATE_STEPS = {
    "stop_use": {"operator"},
    "void": {"operator"},
    "allow_compensation": {"approver"},
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("step", TEMPLATE_STEPS)
def test_who_ends_the_use_of_a_template(somebody, role, step):
    template = a_template()
    before = picture(template)
    answer = somebody(role).post(doing(template, step), {"reason": "x"})
    may = role in TEMPLATE_STEPS[step]
    assert answer.status_code == (302 if may else 404 if role == "administrator" else 403)
    assert (picture(template) == before) is not may


#: the steps of a push that was tried, and what it comes to
PUSH_STEPS = ("push_test", "push_start")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("step", PUSH_STEPS)
def test_who_starts_a_push(somebody, role, step):
    campaign, _ann = a_push_that_was_tried()
    answer = somebody(role).post(doing(campaign, step), {"customers": "c9"})
    may = role == "operator"
    assert answer.status_code == (302 if may else 404 if role == "administrator" else 403)
    assert PushRun.objects.count() == 1 + may


@pytest.mark.parametrize("role", ROLES)
def test_who_stops_a_push_and_lets_it_go_on(somebody, role):
    campaign, ann = a_push_that_was_tried()
    run = pushing.start(campaign=campaign, actor=ann)
    client, may = somebody(role), role == "operator"
    states = []
    for step in ("push_stop", "push_go_on", "push_stop", "push_close"):
        client.post(doing(campaign, step), {"reason": "x"})
        run.refresh_from_db()
        states.append(run.state)
    assert states == (["stopped", "running", "stopped", "done"] if may else ["waiting"] * 4)


def test_a_step_that_is_not_offered_is_refused(somebody):
    template = a_template()
    operator = somebody("operator")
    for step in ("resume_use", "forbid_compensation"):
        assert operator.post(doing(template, step), {"reason": "x"}).status_code == 403
    claimed = a_campaign()
    assert operator.post(doing(claimed, "push_test"), {"customers": "c1"}).status_code == 403
    assert PushRun.objects.count() == 0


def test_what_it_hits_stands_on_the_page_before_it_is_asked(somebody):
    a_push_that_was_tried()
    page = somebody("operator").get(doing(CouponTemplate.objects.get(), "void")).content.decode()
    assert "1 unused coupons, 0 more held by unpaid orders; ¥10 is reserved for them." in page
