"""Errands of a day by stopwatch and count: clicks and inputs are counted hard, seconds printed beside generous ends."""

import re

import pytest
from playwright.sync_api import expect

from apps.activities.models import Activity, ActivityStop
from apps.approvals.models import ApprovalRequest
from apps.catalog.models import Portal, Sku
from tests.activities.cast import drafted, live, person, submitted
from tests.browser.hands import Hands
from tests.browser.test_grid import paste
from tests.browser.window import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

LIST = "/admin/activities/activity/"


@pytest.fixture
def staff(transactional_db):
    """An operator and an approver of a portal with SKUs of ¥100."""
    Portal.objects.create(currency="CNY")
    fill_catalogue(0, 20)
    people = {}
    for role in ("operator", "approver"):
        people[role] = user = person(role, role)
        user.is_staff = True
        user.set_password(PASSWORD)
        user.save()
    return people


def fill_catalogue(start: int, end: int) -> None:
    codes = range(start, end)
    Sku.objects.bulk_create(Sku(code=f"S{i:04}", name=f"商品{i:04}", price_amount=10_000) for i in codes)


def test_a_new_threshold_takes_eight_inputs_and_ninety_seconds(staff, open_window):
    window = open_window("operator")
    page, hands = window.page, Hands(window)
    window.go("/admin/")
    hands.begin()
    window.press(".pp-chip-button:text-is('满减')")
    typed = {
        "name": "双11满减",
        "starts_at": "2030-11-10 20:00",
        "ends_at": "2030-11-12 23:59:59",
        "params.tiers[0].at": "300",
        "params.tiers[0].benefit.amount_off": "50",
        "limits.per_customer_orders": "1",
        "budget.amount": "12万",
    }
    for name, text in typed.items():
        page.fill(f"[name='{name}']", text)
    page.check("[name=stacking][value=no_coupons]")
    expect(page.locator("#pp-sentence")).to_have_text(
        "2030年11月10日20:00至2030年11月12日24:00，满300减50，每人限1次，不可用券，最多花 ¥120,000"
    )
    expect(page.locator("#pp-exposure .pp-price-big")).to_have_text("¥120,000")
    hands.end("a new 满减, drafted")
    assert (hands.clicks, hands.inputs) == (2, 8)
    window.press("[name=_submit]")
    window.press(".pp-button-primary")
    hands.end("a new 满减, submitted")
    assert hands.clicks == 4
    assert hands.seconds < 90
    assert ApprovalRequest.objects.get().subject_code == Activity.objects.get().code


def test_copied_and_moved_in_five_clicks(staff, open_window):
    first = drafted(staff["operator"], "first", name="上次的活动")
    window = open_window("operator")
    hands = Hands(window)
    window.go(LIST)
    hands.begin()
    window.press("#result_list a:has-text('上次的活动')")
    window.press("[data-doing=copy]")
    window.page.fill("[name=starts_at]", "2031-06-18 00:00")
    window.press(".pp-button-primary")
    window.press("[name=_submit]")
    window.press(".pp-button-primary")
    hands.end("copied, moved and submitted")
    assert hands.clicks == 5
    made = Activity.objects.exclude(pk=first.pk).get()
    assert (made.status, made.copied_from) == ("in_review", "first")
    assert made.starts_at.isoformat() == "2031-06-17T16:00:00+00:00"
    assert made.ends_at - made.starts_at == first.ends_at - first.starts_at


def test_two_thousand_prices_within_a_minute(staff, open_window):
    fill_catalogue(20, 2_000)
    prices = {f"S{i:04}": 8_000 for i in range(2_000)}
    activity = drafted(staff["operator"], "flash", kind="flash_sale", params={"prices": prices}, stock={})
    window = open_window("operator")
    page, hands = window.page, Hands(window)
    window.go(LIST)
    hands.begin()
    window.press("#result_list a:has-text('直减十元')")
    window.press("#pp-grid-link")
    expect(page.locator("#pp-grid[data-ready]")).to_be_attached()
    page.click("#pp-cell-0-0")
    paste(page, "\n".join(f"S{i:04}\t75.50" for i in range(2_000)))
    expect(page.locator("#pp-state")).to_contain_text("改价 2,000")
    page.click("#pp-grid-save")
    expect(page.locator("#pp-state")).to_have_text("已保存")
    hands.end("2,000 prices replaced from a spreadsheet")
    assert hands.clicks == 4
    assert hands.seconds < 60
    saved = Activity.objects.get(pk=activity.pk).open_version().content["params"]["prices"]
    assert set(saved.values()) == {7_550}


def test_a_clean_approval_in_two_clicks(staff, open_window):
    submitted(staff["operator"], "clean")
    window = open_window("approver")
    hands = Hands(window)
    window.go("/admin/")
    hands.begin()
    window.press("#pp-tasks .pp-link")
    window.press("#pp-decide [value=approve]")
    hands.end("a clean approval")
    assert hands.clicks == 2
    assert Activity.objects.get().status == "approved"


def test_one_sku_is_stopped_within_ten_seconds(staff, open_window):
    prices = {f"S{i:04}": 8_000 for i in range(20)}
    people = (staff["operator"], staff["approver"])
    activity = live(*people, "flash", kind="flash_sale", params={"prices": prices}, stock={})
    window = open_window("operator")
    page, hands = window.page, Hands(window)
    window.go(f"{LIST}{activity.pk}/goods/")
    expect(page.locator("#pp-grid[data-ready]")).to_be_attached()
    hands.begin()
    page.click("[data-stop=S0002]")
    page.keyboard.type("价格错了")
    page.click("#pp-grid-stop-do")
    expect(page.locator("#pp-grid")).to_contain_text("已停止")
    hands.end("one SKU stopped")
    assert hands.clicks == 2
    assert hands.seconds < 10
    assert ActivityStop.objects.get().sku == "S0002"


def test_why_there_was_no_discount_is_answered_within_thirty_seconds(staff, open_window):
    tiers = [{"at": 40_000, "benefit": {"amount_off": 6_000}}]
    params = {"metric": "amount", "tiers": tiers}
    offer = {"layer": "platform", "kind": "threshold", "params": params, "stock": {}, "name": "满四百减六十"}
    live(staff["operator"], staff["approver"], "full", **offer)
    window = open_window("operator")
    page, hands = window.page, Hands(window)
    window.go("/admin/")
    hands.begin()
    window.press("#nav-sidebar-apps a[href='/admin/simulator/']")
    page.fill("[name=lines]", "S0001 3")
    window.press("form .pp-button-primary")
    expect(page.locator("body")).to_contain_text(re.compile("差100元未达满400减60"))
    hands.end("why there was no discount")
    assert hands.clicks == 2
    assert hands.seconds < 30
