"""The approver at the screen: a clean request in two clicks, a risky one in three; on a phone, too."""

import pytest

from apps.approvals.models import ApprovalDecision
from apps.catalog.models import Sku
from apps.core import jobs
from apps.impact.models import ImpactReport
from tests.activities.cast import person, submitted
from tests.browser.window import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("zh-hans", "light", 390), ("en", "dark", 1280)], ids=["phone", "desk"]
)
def test_clean_in_two_clicks_and_risky_in_three(transactional_db, open_window, language, theme, width):
    ann = person("ann", "operator")
    user = person("approver", "approver")
    user.is_staff = True
    user.set_password(PASSWORD)
    user.save()
    submitted(ann, "clean")
    window = open_window("approver", language, theme=theme, width=width)
    window.press("#pp-tasks .pp-link")
    window.picture(f"approval-clean-{width}")
    assert window.overflow() <= 0
    window.press("#pp-decide [value=approve]")
    assert ApprovalDecision.objects.get().acknowledged == []

    Sku.objects.update(floor_price_amount=9_500)
    submitted(ann, "risky", params={"value": 1_500})
    window.go("/admin/")
    window.press("#pp-tasks .pp-link")
    window.picture(f"approval-risky-{width}")
    assert window.overflow() <= 0
    window.page.click("#pp-decide [value=approve]")
    assert ApprovalDecision.objects.count() == 1  # not before the risk is ticked
    window.page.check("#pp-decide [name=acknowledged]")
    window.press("#pp-decide [value=approve]")
    assert ApprovalDecision.objects.latest("id").acknowledged == ["below_floor"]


@pytest.mark.parametrize(("language", "theme", "width"), [("zh-hans", "dark", 1280), ("en", "light", 390)])
def test_what_was_searched_stands_first_and_the_simulator_shows_the_same_price(
    transactional_db, settings, open_window, language, theme, width
):
    """Given a draft that is not searched yet, then the page says so; afterwards which price, against which floor."""
    settings.IMPACT_REPORTS = True
    ann = person("ann", "operator")
    approver = person("approver", "approver")
    approver.is_staff = True
    approver.set_password(PASSWORD)
    approver.save()
    _activity, request = submitted(ann, "risky", params={"value": 1_000}, stock={}, budget={})
    window = open_window("approver", language, theme=theme, width=width)
    address = f"/admin/approvals/approvalrequest/{request.pk}/change/"
    window.go(address)
    assert window.page.locator("#pp-decide [value=report_pending]").count() == 1
    Sku.objects.filter(pk="A").update(floor_price_amount=9_500)
    jobs.run(ImpactReport.objects.get().job)

    window.go(address)
    verdict = window.page.inner_text("#pp-verdict")
    assert "¥90" in verdict
    assert "¥95" in verdict
    assert window.page.locator("#pi-lows tr[data-sku=A]").count() == 1
    window.picture(f"approval-report-{width}-{theme}")
    assert window.overflow() <= 0
    window.press("a[data-risk=below_floor]")
    assert "¥90" in window.page.inner_text("body")
