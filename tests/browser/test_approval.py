"""The approver at the screen: a clean request in two clicks, a risky one in three; on a phone, too."""

import pytest

from apps.approvals.models import ApprovalDecision
from apps.catalog.models import Sku
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
    submitted(ann, "risky")
    window.go("/admin/")
    window.press("#pp-tasks .pp-link")
    window.picture(f"approval-risky-{width}")
    assert window.overflow() <= 0
    window.page.click("#pp-decide [value=approve]")
    assert ApprovalDecision.objects.count() == 1  # not before the risk is ticked
    window.page.check("#pp-decide [name=acknowledged]")
    window.press("#pp-decide [value=approve]")
    assert ApprovalDecision.objects.latest("id").acknowledged == ["below_floor"]
