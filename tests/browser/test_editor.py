"""The editor in a browser: it answers while one types, and loses nothing."""

import pytest
from playwright.sync_api import expect

from apps.activities.models import Activity
from apps.catalog.models import Brand, Portal, Shop, Sku
from apps.offers import foresight
from apps.offers.foresight import Foreseen
from tests.activities.cast import person
from tests.browser.window import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADD = "/admin/activities/activity/add/"


@pytest.fixture
def operator(open_window):
    Portal.objects.create(currency="CNY")
    shop, brand = Shop.objects.create(code="S1", name="自营"), Brand.objects.create(code="b1", name="某牌")
    Sku.objects.create(code="TV-1", name="电视", shop=shop, brand=brand, price_amount=40_000)
    Sku.objects.create(code="TV-2", name="盒子", shop=shop, price_amount=20_000)
    user = person("operator", "operator")
    user.set_password(PASSWORD)
    user.is_staff = True
    user.save()
    return open_window("operator")


def fill_times(page):
    page.fill("[name=name]", "试试")
    page.fill("[name=starts_at]", "2030-11-10T20:00:00")
    page.fill("[name=ends_at]", "2030-11-12T23:59:59")
    page.check("[name=stacking][value=all]")


def test_a_doubtful_discount_is_asked_about_beside_its_field(operator):
    operator.go(f"{ADD}?kind=percentage_off")
    page = operator.page
    fill_times(page)
    page.fill("[name='params.bps']", "85")
    expect(page.locator("[data-field='params.bps'] .pp-faults")).to_have_text(
        "您是指8.5折吗？若是减 85%，请写 85%。"
    )
    page.fill("[name='params.bps']", "8.5折")
    expect(page.locator("[data-field='params.bps'] .pp-faults li")).to_have_count(0)
    expect(page.locator("#pp-sentence")).to_have_text("2030年11月10日20:00至2030年11月12日24:00，每件8.5折")
    expect(page.locator(".pp-price-big")).to_have_text("¥340")


def test_a_time_reads_the_same_in_every_browser_and_comes_from_the_calendar_too(operator):
    operator.go(ADD)
    page = operator.page
    page.fill("[name=starts_at]", "2030-11-10 20:00")
    expect(page.locator("#pp-sentence")).to_contain_text("2030年11月10日20:00起")
    calendar = page.locator("[data-field=starts_at] .pp-moment-native")
    calendar.evaluate("one => { one.value = '2030-11-11T10:30'; one.dispatchEvent(new Event('input')); }")
    expect(page.locator("[name=starts_at]")).to_have_value("2030-11-11 10:30")
    expect(page.locator("#pp-sentence")).to_contain_text("2030年11月11日10:30起")


def test_a_threshold_takes_eight_inputs(operator):
    operator.go(ADD)
    page = operator.page
    typed = {
        "name": "满减",
        "starts_at": "2030-11-10 20:00",
        "ends_at": "2030-11-12 23:59:59",
        "params.tiers[0].at": "300",
        "params.tiers[0].benefit.amount_off": "50",
        "limits.per_customer_orders": "1",
        "budget.amount": "12万",
    }
    for name, text in typed.items():
        page.fill(f"[name='{name}']", text)
    page.check("[name=stacking][value=none]")
    expect(page.locator("#pp-sentence")).to_have_text(
        "2030年11月10日20:00至2030年11月12日24:00，满300减50，每人限1次，不与任何优惠同享，最多花 ¥120,000"
    )
    operator.press("[name=_save]")
    content = Activity.objects.get().open_version().content
    assert content["limits"]["per_customer_orders"] == 1
    assert content["budget"]["amount"] == 12_000_000
    assert content["stacks_with"] == []


def test_choosing_another_kind_swaps_its_parameters_and_keeps_the_rest(operator):
    operator.go(ADD)
    page = operator.page
    fill_times(page)
    page.select_option("[name=kind]", "n_for_price")
    page.fill("[name='params.n']", "2")
    page.fill("[name='params.value']", "500")
    expect(page.locator("[name=name]")).to_have_value("试试")
    expect(page.locator("[name='params.tiers[0].at']")).to_have_count(0)
    page.select_option("[name=shop]", "S1")
    expect(page.locator("#pp-sentence")).to_contain_text("¥500任选2件")


def test_goods_are_picked_by_name_and_counted_as_one_picks(operator):
    operator.go(f"{ADD}?kind=direct_reduction")
    page = operator.page
    expect(page.locator(".pp-count strong")).to_have_text("2")
    page.check("[name='scope.mode'][value=include]")
    picker = page.locator("[data-field='scope.brands'] .pp-picker-text")
    picker.fill("某")
    page.click("[data-field='scope.brands'] .pp-picker-list button")
    expect(page.locator(".pp-count strong")).to_have_text("1")
    expect(page.locator(".pp-chip")).to_contain_text("某牌 (b1)")
    page.locator("[data-field='scope.skus'] .pp-picker-text").fill("TV-2 ")
    page.locator("[data-field='scope.skus'] .pp-picker-text").press("Enter")
    expect(page.locator(".pp-count strong")).to_have_text("2")


def test_tiers_are_added_and_taken_away(operator):
    operator.go(ADD)
    page = operator.page
    fill_times(page)
    page.fill("[name='params.tiers[0].at']", "300")
    page.fill("[name='params.tiers[0].benefit.amount_off']", "50")
    page.click("[data-rows='params.tiers'] [data-add-row]")
    page.fill("[name='params.tiers[1].at']", "500")
    page.fill("[name='params.tiers[1].benefit.amount_off']", "40")
    expect(page.locator("[data-field='params.tiers[1].benefit.amount_off'] .pp-faults")).to_have_text(
        "高档的优惠不能少于低档"
    )
    page.click("[data-rows='params.tiers'] .pp-row:nth-child(2) [data-remove-row]")
    expect(page.locator("#pp-sentence")).to_contain_text("满300减50")
    operator.press("[name=_save]")
    tiers = Activity.objects.get().open_version().content["params"]["tiers"]
    assert tiers == [{"at": 30_000, "benefit": {"amount_off": 5_000}}]


@pytest.mark.slow
def test_a_draft_on_record_saves_itself(operator):
    operator.go(f"{ADD}?kind=direct_reduction")
    page = operator.page
    fill_times(page)
    page.fill("[name='params.value']", "10")
    operator.press("[name=_save]")
    page.fill("[name=name]", "改了名")
    expect(page.locator("#pp-state")).to_have_text("已保存", timeout=20_000)
    assert Activity.objects.get().open_version().content["name"] == "改了名"
    page.click("#pp-block-more > summary")
    operator.press("[name=_save]")
    expect(page.locator("body")).to_contain_text("草稿已保存。")


def test_what_is_wrong_leads_to_its_field(operator):
    """Given faults in folded places, then the list names each and 去修改 goes there."""
    operator.go(f"{ADD}?kind=direct_reduction")
    page = operator.page
    fill_times(page)
    page.fill("[name='params.value']", "10")
    page.click("#pp-block-more > summary")
    page.click("[data-keep-open=more-2] > summary")
    page.fill("[name='limits.total_orders']", "0")
    page.click("[data-keep-open=more-2] > summary")
    page.click("#pp-block-more > summary")
    expect(page.locator("#pp-state")).to_have_text("1 处待完善")
    page.click("#pp-state")
    line = page.locator("#pp-mistakes li")
    expect(line).to_contain_text("总共（单）")
    line.locator("button:text-is('去修改')").click()
    expect(page.locator("[name='limits.total_orders']")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("5")
    expect(page.locator("#pp-mistakes")).to_be_hidden()
    operator.press("[name=_save]")
    assert Activity.objects.get().open_version().content["limits"]["total_orders"] == 5


def test_a_phone_shows_what_customers_see(operator):
    operator.go(f"{ADD}?kind=direct_reduction")
    page = operator.page
    fill_times(page)
    page.fill("[name='params.value']", "10")
    glass = page.locator(".pp-phone-glass")
    expect(glass).to_contain_text("¥390")
    expect(glass).to_contain_text("试试")
    page.click("#pp-block-more > summary")
    page.click("[data-keep-open=more-5] > summary")
    page.fill("[name='display.badge.zh-hans']", "立减十元")
    page.fill("[name='display.badge.en']", "10 off")
    page.fill("[name=visible_from]", "2030-11-09 00:00")
    expect(glass).to_contain_text("立减十元")
    page.click("[data-phone-choose][value=before]")
    expect(glass).to_contain_text("11月10日 20:00 起 ¥390")
    page.click("[data-phone-choose][value=after]")
    expect(glass).to_contain_text("已抢光")
    expect(glass).to_contain_text("¥400")
    page.click("[data-phone-choose][value=during]")
    page.click("[data-phone-choose][value=cart]")
    page.click("[data-phone-choose][value=en]")
    expect(glass).to_contain_text("10 off")
    page.fill("[name='params.value']", "20")
    expect(glass).to_contain_text("−¥20")


def test_each_way_to_stack_tells_its_worst_price(operator, monkeypatch):
    def told(content, sku):
        return Foreseen(39_000 - 1_000 * len(content["stacks_with"]), ("试试", "平台券"))

    monkeypatch.setattr(foresight, "_asked", [told])
    Sku.objects.filter(pk="TV-1").update(floor_price_amount=35_000)
    operator.go(f"{ADD}?kind=direct_reduction")
    page = operator.page
    fill_times(page)
    page.fill("[name='params.value']", "10")
    ways = page.locator("[data-field=stacking] .pp-worst")
    expect(ways).to_have_text(["¥390", "¥370", "¥360", "¥340 低于底价"])
    assert "试试 + 平台券" in ways.first.get_attribute("title")
    operator.picture("editor-worst")


def test_all_of_it_by_keyboard(operator):
    """From the first field to a saved draft without a mouse."""
    operator.go(f"{ADD}?kind=direct_reduction")
    page = operator.page
    page.focus("[name=name]")
    for text, tabs in (("键盘", 1), ("2030-11-10 20:00", 1), ("2030-11-12 20:00", 1)):
        page.keyboard.type(text)
        for _tab in range(tabs):
            page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "BUTTON":
            page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.name") != "params.value":
        page.keyboard.press("Tab")
    page.keyboard.type("10")
    while page.evaluate("document.activeElement.name") != "stacking":
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[name=stacking][value=coupons]")).to_be_checked()
    with page.expect_navigation():
        page.keyboard.press("Control+s")
    content = Activity.objects.get().open_version().content
    assert (content["name"], content["stacks_with"]) == ("键盘", ["shop_coupon", "platform_coupon"])
