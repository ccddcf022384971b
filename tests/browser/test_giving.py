"""Coupons given and taken back at the screen: a mass grant, a compensation within its quota, a voiding."""

import pytest

from apps.approvals.models import ApprovalRequest
from apps.audiences.services import upsert_audiences, upsert_customers
from apps.catalog.services import set_portal
from apps.coupons import services, tasks
from apps.coupons.models import ClaimCampaign, Coupon, CouponTemplate
from apps.coupons.services import pushing
from tests.activities.cast import person
from tests.browser.window import PASSWORD, Window
from tests.coupons.world import a_campaign, a_template

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(settings):
    settings.ALLOW_PUBLISH = True
    settings.COMPENSATION_DAILY_QUANTITY = 3
    set_portal(currency="CNY", selection="best", actor="test")
    upsert_customers(actor="test", rows=[{"id": f"c{number:03}"} for number in range(120)])
    upsert_audiences(
        actor="test",
        rows=[{"code": "loyal", "name": "老客", "members": [f"c{number:03}" for number in range(60)]}],
    )
    for role in ("operator", "approver", "customer_service", "administrator"):
        user = person(role, role)
        user.set_password(PASSWORD)
        user.is_staff = True
        user.save()
    a_template(budget={"amount": 1_000_000})


def looked_at(window: Window, name: str) -> None:
    """A picture; nothing is wider than the window."""
    window.picture(name)
    assert window.overflow() <= 0, name


def decide(window: Window, name: str) -> None:
    """The approver opens what waits, and approves."""
    window.go(f"/admin/approvals/approvalrequest/{ApprovalRequest.objects.get(state='pending').pk}/change/")
    looked_at(window, name)
    window.press("[value=approve]")


@pytest.mark.parametrize(("language", "theme"), [("zh-hans", "light"), ("en", "dark")])
def test_a_mass_grant_from_the_request_to_the_last_customer(cast, open_window, language, theme):
    # Given a push that waits for approval
    operator = open_window("operator", language, theme=theme)
    approver = open_window("approver", language, theme=theme)
    campaign = a_campaign(mode="push", targeting={"audiences": ["loyal"]})
    page = f"/admin/coupons/claimcampaign/{campaign.pk}/change/"

    # When it goes to a test list, then to everybody
    operator.go(page)
    operator.press("[data-doing=push_test]")
    operator.page.fill("[name=customers]", "t1\nt2")
    looked_at(operator, "push-test")
    operator.press("form[data-pick] button[type=submit]")
    tasks.push()
    operator.go(page)
    looked_at(operator, "push-campaign")
    operator.press("[data-doing=push_start]")
    assert "60" in operator.text("#pp-hits")
    assert "¥600" in operator.text("#pp-hits")
    looked_at(operator, "push-start")
    operator.press("form[data-pick] button[type=submit]")

    # Then the page of the run shows how far it is, by itself
    operator.press("[data-note=push] a")
    assert operator.text("#pp-granted") == "0"
    tasks.push()
    operator.page.wait_for_function("document.querySelector('#pp-granted').innerText === '60'")
    looked_at(operator, "push-run")
    assert Coupon.objects.count() == 62
    approver.go("/admin/coupons/pushrun/")
    looked_at(approver, "push-runs")
    operator.go(page)
    assert operator.page.locator("[data-doing=push_start]").count() == 1
    approver.go(page)
    assert approver.page.locator("[data-doing^=push_]").count() == 0


@pytest.mark.parametrize(("language", "theme"), [("zh-hans", "dark"), ("en", "light")])
def test_an_approver_sees_people_times_the_worst_case(cast, open_window, language, theme):
    draft = services.create_draft(
        model=type(a_campaign()),
        content={
            "code": "push-1",
            "name": "老客回馈",
            "template": "ten-off",
            "mode": "push",
            "quantity": 50,
            "starts_at": "2030-01-01T00:00:00+08:00",
            "ends_at": "2030-01-05T00:00:00+08:00",
            "targeting": {"audiences": ["loyal"]},
        },
        actor=person("ann", "operator"),
    )
    services.submit(thing=draft, actor=draft.owner)
    approver = open_window("approver", language, theme=theme)
    approver.go(f"/admin/approvals/approvalrequest/{ApprovalRequest.objects.get().pk}/change/")
    assert "¥500" in approver.text(".pp-main")
    looked_at(approver, "push-request")


@pytest.mark.parametrize(("language", "theme"), [("zh-hans", "light"), ("en", "dark")])
def test_an_agent_compensates_and_is_stopped_beyond_the_quota(cast, open_window, language, theme):
    # Given an approver allowed a coupon for compensation
    template = CouponTemplate.objects.get()
    approver = open_window("approver", language, theme=theme)
    approver.go(f"/admin/coupons/coupontemplate/{template.pk}/do/allow_compensation/")
    approver.press("form[data-pick] button[type=submit]")
    assert approver.page.locator("[data-note=compensation]").count() == 1

    # When an agent gives two
    agent = open_window("customer_service", language, theme=theme)
    agent.go("/admin/coupons/coupon/")
    agent.press("[data-doing=compensate]")
    agent.page.fill("[name=customer]", "c001")
    agent.page.fill("[name=quantity]", "2")
    agent.page.fill("[name=reason]", "包裹破损")
    looked_at(agent, "compensate")
    agent.press("form[data-pick] button[type=submit]")
    assert Coupon.objects.filter(customer_code="c001", source="service_compensation").count() == 2
    looked_at(agent, "coupons-of-customer")

    # Then two more are too many, and it says what is left
    agent.press("[data-doing=compensate]")
    assert agent.page.input_value("[name=customer]") == "c001"
    agent.page.fill("[name=quantity]", "2")
    agent.page.fill("[name=reason]", "再次破损")
    agent.press("form[data-pick] button[type=submit]")
    assert "1" in agent.text("[role=alert]")
    looked_at(agent, "compensate-beyond")
    assert Coupon.objects.count() == 2

    # When the agent asks for one of them to be void, and another approves
    agent.go("/admin/coupons/coupon/void/?customer=c001")
    agent.page.check("[name=coupons] >> nth=0")
    agent.page.fill("[name=reason]", "多发一张")
    looked_at(agent, "void-coupons")
    agent.press("form[data-pick] button[type=submit]")
    decide(approver, "void-coupons-request")
    assert sorted(Coupon.objects.values_list("state", flat=True)) == ["unused", "void"]


@pytest.mark.parametrize(("language", "theme"), [("zh-hans", "dark"), ("en", "light")])
def test_a_template_is_voided_by_two_with_the_numbers_in_sight(cast, open_window, language, theme):
    template = CouponTemplate.objects.get()
    a_campaign(mode="push", targeting={"audiences": ["loyal"]})
    pushing.start_test(
        campaign=ClaimCampaign.objects.get(), customers=["c1", "c2", "c3"], actor=person("ann", "operator")
    )
    tasks.push()
    operator = open_window("operator", language, theme=theme)
    operator.go(f"/admin/coupons/coupontemplate/{template.pk}/change/")
    looked_at(operator, "template-buttons")
    operator.press("[data-doing=void]")
    assert "¥30" in operator.text("#pp-hits")
    operator.page.fill("[name=reason]", "面额写错")
    looked_at(operator, "void-template")
    operator.press("form[data-pick] button[type=submit]")
    approver = open_window("approver", language, theme=theme)
    decide(approver, "void-template-request")
    tasks.void()
    operator.go(f"/admin/coupons/coupontemplate/{template.pk}/change/")
    looked_at(operator, "template-voided")
    assert "3" in operator.text("[data-note=voiding]")
    assert set(Coupon.objects.values_list("state", flat=True)) == {"void"}


def test_a_quota_is_asked_for_and_approved(cast, open_window):
    administrator = open_window("administrator", "zh-hans")
    administrator.go("/admin/coupons/compensationquota/")
    administrator.press("[data-doing=ask]")
    administrator.page.fill("[name=quantity]", "5")
    administrator.page.fill("[name=amount]", "¥88.50")
    administrator.page.fill("[name=reason]", "大促期间")
    looked_at(administrator, "quota-ask")
    administrator.press("form[data-pick] button[type=submit]")
    approver = open_window("approver", "zh-hans")
    decide(approver, "quota-request")
    administrator.go("/admin/coupons/compensationquota/")
    looked_at(administrator, "quotas")
    assert "¥88.50" in administrator.text("#result_list, .result-list, main")
