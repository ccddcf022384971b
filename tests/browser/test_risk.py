"""Risk at the screen: a rule is written and approved, it holds something back, and two people release that."""

import pytest
from django.db import transaction

from apps.core.errors import Refused
from apps.risk import services
from apps.risk.book import KEEPER
from apps.risk.lifecycle import Trigger
from apps.risk.models import ReviewCase, Rule
from tests.browser.window import PASSWORD
from tests.risk import cast

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(transactional_db):
    for role in ("operator", "approver", "customer_service"):
        user = cast.person(role, role)
        user.set_password(PASSWORD)
        user.save()


def claim(number: int) -> str:
    KEEPER.forget()
    try:
        with transaction.atomic():
            services.admit(
                trigger=Trigger.CLAIM,
                subject="summer",
                customer=f"c-{number}",
                marks=cast.marks(device="d", ip="10.0.0.1"),
            )
    except Refused as refused:
        refused.after()
        return refused.code
    return "claimed"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_rule_from_the_editor_to_a_release(people, open_window, language, theme):
    zh = language == "zh-hans"
    operator = open_window("operator", language, theme=theme)
    page = operator.page
    operator.go("/admin/risk/rule/add/")
    operator.picture("risk-kinds")
    operator.press("a[href='?kind=velocity']")
    page.fill("[name='name']", "同设备刷券" if zh else "Robots")
    page.select_option("[name='params.per']", "device")
    page.fill("[name='params.most']", "2")
    page.fill("[name='params.within']", "10")
    page.select_option("[name='params.unit']", "minute")
    page.check("[name='triggers'][value='claim']")
    page.check("[name='answer'][value='review']")
    said = (
        "领取时，同一设备10分钟内超过2次，转人工审核"
        if zh
        else "On claim: if the same device does it more than 2 times within 10 minutes, hold it back for a review"
    )
    page.wait_for_function("said => document.querySelector('#pp-sentence').textContent === said", arg=said)
    operator.picture("risk-editor")
    operator.press("#pp-form button[type=submit]")
    assert operator.text(".pp-sentence") == said
    operator.picture("risk-rule-draft")
    operator.press("[data-doing=submit]")
    operator.picture("risk-step")
    operator.press("form[data-pick] button[type=submit]")
    assert [claim(n) for n in range(3)] == ["claimed"] * 3

    approver = open_window("approver", language, theme=theme)
    request = approver.page.get_attribute("#pp-tasks .pp-link", "href")
    approver.go(request)
    assert approver.text(".pp-sentence") == said
    approver.picture("risk-request")
    approver.press("[name=verdict][value=approve]")
    assert Rule.objects.get().active
    assert [claim(n) for n in range(10, 14)] == ["claimed", "claimed", "denied_by_risk", "denied_by_risk"]

    operator.go("/admin/risk/rule/")
    operator.picture("risk-rules")
    operator.go(f"/admin/risk/rule/{Rule.objects.get().pk}/change/")
    operator.picture("risk-rule")
    assert operator.overflow() <= 0
    service = open_window("customer_service", language, theme=theme)
    service.go("/admin/approvals/notice/")
    service.picture("risk-notice")
    service.go("/admin/risk/reviewcase/")
    service.picture("risk-queue")
    case = ReviewCase.objects.order_by("id").first()
    service.go(f"/admin/risk/reviewcase/{case.pk}/change/")
    service.picture("risk-case")
    service.page.click(f"[hx-get*='/{case.pk}/release'], a[href*='/release']")
    service.page.wait_for_selector("[name=reason]")
    service.picture("risk-release-dialog")
    service.page.fill("[name=reason]", "老顾客" if zh else "a loyal customer")
    with service.page.expect_navigation():
        service.page.keyboard.press("Enter")
    approver.go("/admin/")
    approver.press("#pp-tasks .pp-link")
    approver.picture("risk-release-request")
    approver.press("[name=verdict][value=approve]")
    case.refresh_from_db()
    assert case.state == "released"
    assert claim(12) == "claimed"
    operator.go("/admin/risk/decision/")
    operator.picture("risk-decisions")
    assert operator.overflow() <= 0
    newest = operator.page.get_attribute("#result_list a[href*='/change/']", "href")
    operator.go(newest)
    operator.picture("risk-decision")
    operator.go("/admin/risk/deniedmark/add/")
    operator.page.fill("[name=value]", "c-13")
    operator.page.fill("[name=reason]", "刷券" if zh else "robots")
    operator.picture("risk-deny")
    operator.press("[name=_save]")
    operator.go("/admin/risk/deniedmark/")
    operator.picture("risk-deny-list")
    assert operator.overflow() <= 0
