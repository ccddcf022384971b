"""Templates and claim campaigns: configured, approved and stopped like activities."""

from datetime import timedelta

import pytest

from apps.activities.models import Activity
from apps.activities.services import create_draft as create_activity
from apps.approvals import services as approvals
from apps.core.clock import database_now, frozen
from apps.core.errors import DomainError, Forbidden, FourEyes
from apps.coupons import services
from apps.coupons.models import ClaimCampaign, CouponTemplate
from apps.coupons.selectors import open_or_upcoming
from apps.offers.models import BookChange, OfferCode
from apps.offers.versions.errors import ChangeNotAllowed, DocumentFaults
from apps.offers.versions.sweep import Swept, sweep, sweep_all
from tests.activities.cast import document, goods, hours, log_of, picture

pytestmark = pytest.mark.django_db


def template_document(code: str = "full100-10", **changes):
    return {
        "code": code,
        "name": "满100减10券",
        "kind": "threshold",
        "params": {"metric": "amount", "tiers": [{"at": 10_000, "benefit": {"amount_off": 1_000}}]},
        "validity": {"mode": "relative", "days": 7},
        "budget": {"amount": 100_000, "quantity": 100},
        **changes,
    }


def campaign_document(code: str = "claim-1", **changes):
    return {
        "code": code,
        "name": "双11领券",
        "template": "full100-10",
        "quantity": 100,
        "per_customer": 1,
        **hours(1, 24),
        **changes,
    }


def publish(model, content, by, approver):
    thing = services.create_draft(model=model, content=content, actor=by)
    request = services.submit(thing=thing, actor=by)
    approvals.approve(request=request, actor=approver, seen_hash=request.content_hash)
    thing.refresh_from_db()
    return thing


def template(ann, cleo, **changes) -> CouponTemplate:
    goods()
    return publish(CouponTemplate, template_document(**changes), ann, cleo)


def campaign(ann, cleo, **changes) -> ClaimCampaign:
    template(ann, cleo)
    return publish(ClaimCampaign, campaign_document(**changes), ann, cleo)


def test_a_template_is_approved_and_in_the_book(ann, cleo):
    made = template(ann, cleo)
    assert (made.status, made.kind, made.budget_amount, made.budget_quantity) == (
        "approved",
        "threshold",
        100_000,
        100,
    )
    assert log_of(made) == [
        ("template.create", "user:ann"),
        ("template.submit", "user:ann"),
        ("template.approve", "user:cleo"),
    ]
    assert list(BookChange.objects.values_list("offer_code", flat=True)) == ["full100-10"]


def test_its_author_does_not_approve_it(ann, root):
    goods()
    made = services.create_draft(model=CouponTemplate, content=template_document(), actor=root)
    request = services.submit(thing=made, actor=ann)
    before = picture(made)
    with pytest.raises(FourEyes):
        approvals.approve(request=request, actor=root, seen_hash=request.content_hash)
    assert picture(made) == before


def test_issuing_stops_at_once_and_comes_back_by_another_person(ann, cleo, dan):
    made = template(ann, cleo)
    with pytest.raises(DomainError) as caught:
        services.stop_issuing(template=made, actor=cleo, reason="")
    assert caught.value.code == "reason_required"
    services.stop_issuing(template=made, actor=cleo, reason="超发")
    made.refresh_from_db()
    assert made.status == "stopped"
    request = services.request_resume_issuing(template=made, actor=ann, reason="查清")
    with pytest.raises(FourEyes):
        approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)
    approvals.approve(request=request, actor=dan, seen_hash=request.content_hash)
    made.refresh_from_db()
    assert made.status == "approved"


def test_who_only_reads_stops_nothing(ann, cleo, mia):
    made = template(ann, cleo)
    before = picture(made)
    for call in (
        lambda: services.stop_issuing(template=made, actor=mia, reason="x"),
        lambda: services.revise(thing=made, actor=mia),
        lambda: services.request_resume_issuing(template=made, actor=mia),
        lambda: services.revise(thing=made, actor=cleo),
    ):
        with pytest.raises(Forbidden):
            call()
    assert picture(made) == before


def test_a_revised_template_stays_stopped(ann, cleo, dan):
    made = template(ann, cleo)
    services.stop_issuing(template=made, actor=ann, reason="改")
    draft = services.revise(thing=made, actor=ann)
    content = {**draft.content, "budget": {"amount": 200_000, "quantity": 200}}
    services.save_draft(thing=made, content=content, actor=ann, seen_revision=1)
    request = services.submit(thing=made, actor=ann)
    approvals.approve(request=request, actor=dan, seen_hash=request.content_hash)
    made.refresh_from_db()
    assert (made.status, made.budget_quantity, made.current.number) == ("stopped", 200, 2)


def test_codes_are_one_space_over_activities_and_templates(ann):
    goods()
    create_activity(model=Activity, content=document("same"), actor=ann)
    with pytest.raises(DomainError) as caught:
        services.create_draft(model=CouponTemplate, content=template_document("same"), actor=ann)
    assert (caught.value.code, caught.value.field) == ("code_taken", "code")
    assert CouponTemplate.objects.count() == 0
    services.create_draft(model=CouponTemplate, content=template_document(), actor=ann)
    # A campaign owns no offer, so it may be called what an offer is called.
    services.create_draft(model=ClaimCampaign, content=campaign_document("same"), actor=ann)
    assert set(OfferCode.objects.values_list("code", "owner")) == {
        ("same", "activity"),
        ("full100-10", "template"),
    }


def test_a_campaign_lives_and_ends_by_the_clock_beside_activities(ann, cleo):
    made = campaign(ann, cleo)
    assert made.status == "approved"
    with frozen(made.starts_at):
        assert sweep_all() == Swept(live=1, expired=0)
        assert list(open_or_upcoming(database_now())) == [made]
    with frozen(made.ends_at):
        assert sweep(ClaimCampaign) == Swept(live=0, expired=1)
        assert list(open_or_upcoming(database_now())) == []
    made.refresh_from_db()
    assert (made.status, made.end_reason) == ("ended", "expired")
    assert log_of(made)[-2:] == [("campaign.go_live", "system"), ("campaign.expire", "system")]


def test_a_campaign_is_paused_resumed_and_revoked(ann, cleo, dan):
    made = campaign(ann, cleo)
    services.pause(thing=made, actor=cleo, reason="查")
    with pytest.raises(FourEyes):
        services.resume(thing=made, actor=cleo)
    services.resume(thing=made, actor=dan)
    request = services.request_revocation(thing=made, actor=ann, reason="错")
    approvals.approve(request=request, actor=dan, seen_hash=request.content_hash)
    made.refresh_from_db()
    assert (made.status, made.end_reason) == ("ended", "revoked")
    assert "claim-1" not in BookChange.objects.values_list("offer_code", flat=True)


def test_coupons_that_end_before_the_campaign_block_it(ann, cleo):
    now = database_now()
    fixed = {"mode": "fixed", "from": now.isoformat(), "until": (now + timedelta(hours=5)).isoformat()}
    template(ann, cleo, validity=fixed)
    made = services.create_draft(model=ClaimCampaign, content=campaign_document(), actor=ann)
    before = picture(made)
    with pytest.raises(DocumentFaults) as caught:
        services.submit(thing=made, actor=ann)
    assert [(fault.path, fault.code) for fault in caught.value.faults] == [
        ("items[0].template", "ends_earlier")
    ]
    assert picture(made) == before


def test_an_unknown_template_is_named(ann):
    with pytest.raises(DocumentFaults) as caught:
        services.create_draft(model=ClaimCampaign, content=campaign_document(), actor=ann)
    assert [(fault.path, fault.code) for fault in caught.value.faults] == [("template", "unknown_code")]


def revised_while_it_runs(ann, cleo, **changes):
    made = campaign(ann, cleo, **hours(-1, 24))
    draft = services.revise(thing=made, actor=ann)
    content = {**draft.content, **changes}
    services.save_draft(thing=made, content=content, actor=ann, seen_revision=1)
    return made


def test_a_running_campaign_takes_more_and_other_placements(ann, cleo):
    made = revised_while_it_runs(ann, cleo, quantity=150, placements=["home"])
    request = services.submit(thing=made, actor=ann)
    approvals.approve(request=request, actor=cleo, seen_hash=request.content_hash)
    made.refresh_from_db()
    assert (made.quantity, made.current.number) == (150, 2)


@pytest.mark.parametrize(
    ("path", "changes"), [("quantity", {"quantity": 99}), ("per_customer", {"per_customer": 2})]
)
def test_a_running_campaign_takes_nothing_else(ann, cleo, path, changes):
    made = revised_while_it_runs(ann, cleo, **changes)
    with pytest.raises(ChangeNotAllowed) as caught:
        services.submit(thing=made, actor=ann)
    assert [change.path for change in caught.value.changes] == [path]
