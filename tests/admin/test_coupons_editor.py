"""Coupon templates and claim campaigns through the same editor."""

import pytest

from apps.coupons.models import ClaimCampaign, CouponTemplate
from tests.activities.cast import goods

pytestmark = pytest.mark.django_db

TEMPLATE = "/admin/coupons/coupontemplate/"
CAMPAIGN = "/admin/coupons/claimcampaign/"


def template(**changes):
    return {
        "revision": "0",
        "name": "满100减10券",
        "code": "full100-10",
        "kind": "threshold",
        "issuer": "platform",
        "params.metric": "amount",
        "params.tiers[0].at": "100",
        "params.tiers[0].benefit.amount_off": "10",
        "scope.mode": "all",
        "stacking": "all",
        "validity.mode": "relative",
        "validity.days": "7",
        "validity.from": "2030-01-01 00:00",
        "budget.amount": "100000",
        "budget.quantity": "10000",
        **changes,
    }


def campaign(**changes):
    return {
        "revision": "0",
        "name": "双11领券",
        "code": "claim-1",
        "starts_at": "2030-11-01T00:00",
        "ends_at": "2030-11-11T24:00",
        "mode": "claim",
        "items[0].template": "full100-10",
        "items[0].quantity": "1",
        "quantity": "10000",
        "per_customer": "1",
        "releases[0].at": "2030-11-01T10:00",
        "releases[0].quantity": "5000",
        "releases[1].at": "2030-11-02T10:00",
        "releases[1].quantity": "5000",
        "placements": "coupon_center",
        **changes,
    }


def test_a_template_is_drafted_submitted_and_approved(ann, cleo, as_user):
    goods()
    client = as_user(ann)
    assert client.post(f"{TEMPLATE}add/", template(_save="1")).status_code == 302
    made = CouponTemplate.objects.get()
    content = made.open_version().content
    assert content["validity"] == {"mode": "relative", "delay_days": 0, "days": 7}
    assert content["budget"] == {"amount": 10_000_000, "quantity": 10_000}
    assert content["params"]["tiers"] == [{"at": 10_000, "benefit": {"amount_off": 1_000}}]
    assert client.post(f"{TEMPLATE}{made.pk}/do/submit/").status_code == 302
    approver = as_user(cleo)
    request = approver.get("/admin/").context["tasks"].requests[0]
    page = approver.get(f"/admin/approvals/approvalrequest/{request.pk}/change/")
    assert page.context["sentence"] == (
        "Valid for 7 days after it is claimed, ¥10 off from ¥100, 10,000 coupons, at most ¥100,000 spent"
    )
    sent = {"verdict": "approve", "seen_hash": request.content_hash}
    approver.post(f"/admin/approvals/approvalrequest/{request.pk}/decide/", sent)
    made.refresh_from_db()
    assert made.status == "approved"


def test_stopping_is_one_persons_and_going_on_is_anothers(ann, ben, cleo, as_user):
    goods()
    client = as_user(ann)
    client.post(f"{TEMPLATE}add/", template(_save="1"))
    made = CouponTemplate.objects.get()
    client.post(f"{TEMPLATE}{made.pk}/do/submit/")
    approver = as_user(cleo)
    request = approver.get("/admin/").context["tasks"].requests[0]
    sent = {"verdict": "approve", "seen_hash": request.content_hash}
    approver.post(f"/admin/approvals/approvalrequest/{request.pk}/decide/", sent)
    assert client.post(f"{TEMPLATE}{made.pk}/do/stop_issuing/", {"reason": "x"}).status_code == 302
    made.refresh_from_db()
    assert made.status == "stopped"
    answer = as_user(ben).post(f"{TEMPLATE}{made.pk}/do/request_resume_issuing/", {"reason": "y"})
    assert answer.status_code == 302
    request = approver.get("/admin/").context["tasks"].requests[0]
    page = approver.get(f"/admin/approvals/approvalrequest/{request.pk}/change/")
    assert page.context["label"] == "Issue again"
    assert page.context["effect"] == "Once approved, coupons can be issued again."


def test_a_campaign_is_drafted_with_its_slots(ann, as_user):
    client = as_user(ann)
    client.post(f"{TEMPLATE}add/", template(_save="1"))
    answer = client.post(f"{CAMPAIGN}add/", campaign(_save="1"))
    assert answer.status_code == 302, answer.context["form"].errors
    content = ClaimCampaign.objects.get().open_version().content
    assert content["items"] == [{"template": "full100-10", "quantity": 1}]
    assert content["releases"] == [
        {"at": "2030-11-01T02:00:00+00:00", "quantity": 5_000},
        {"at": "2030-11-02T02:00:00+00:00", "quantity": 5_000},
    ]
    assert content["ends_at"] == "2030-11-11T16:00:00+00:00"


def test_what_cannot_be_right_stands_beside_its_field(ann, as_user):
    typed = campaign(**{"items[0].template": "nothing", "releases[1].quantity": "6000", "_save": "1"})
    errors = as_user(ann).post(f"{CAMPAIGN}add/", typed).context["form"].errors
    assert errors == {
        "items[0].template": ["no coupon template has the code nothing"],
        "releases[0].at": ["must add up to 10000, not 11000"],
    }
    assert not ClaimCampaign.objects.exists()


@pytest.mark.parametrize("kind", ["threshold", "exchange", "shipping_off"])
def test_every_kind_of_coupon_has_a_form(ann, as_user, kind):
    html = as_user(ann).post(f"{TEMPLATE}swap/", template(kind=kind)).content.decode()
    assert f'<option value="{kind}" selected>' in html
