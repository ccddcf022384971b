"""The SKU table in a browser: two thousand prices from a spreadsheet, by keyboard, with what is wrong in sight."""

import time
from pathlib import Path

import pytest
from openpyxl import Workbook
from playwright.sync_api import expect

from apps.activities.models import Activity, ActivityStop
from apps.catalog.models import Portal, Sku
from tests.activities.cast import drafted, live, person
from tests.browser.window import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZE = 2_000


@pytest.fixture
def staff(db):
    Portal.objects.create(currency="CNY")
    people = {}
    for role in ("operator", "approver"):
        user = person(role, role)
        user.set_password(PASSWORD)
        user.is_staff = True
        user.save()
        people[role] = user
    return people


@pytest.fixture
def catalogue(staff):
    """Prices of 100 yuan, costs of 40, floors of 60."""
    Sku.objects.bulk_create(
        Sku(
            code=f"S{i:04}",
            name=f"商品{i:04}",
            price_amount=10_000,
            cost_amount=4_000,
            floor_price_amount=6_000,
        )
        for i in range(SIZE + 20)
    )
    return staff


def flash(by, size, make=drafted, **changes):
    prices = {f"S{i:04}": 8_000 for i in range(size)}
    options = {"kind": "flash_sale", "params": {"prices": prices}, "stock": {"per_sku": {"S0000": 10}}}
    return make(*by, "flash", **{**options, **changes})


def open_table(window, activity):
    window.go(f"/admin/activities/activity/{activity.pk}/goods/")
    page = window.page
    expect(page.locator("#pp-grid[data-ready]")).to_be_attached()
    return page


def cell(page, row, column):
    names = page.locator("#pp-grid-head .pp-cell")
    place = [names.nth(i).inner_text() for i in range(names.count())].index(column)
    return page.locator(f"#pp-cell-{row}-{place}")


def paste(page, text):
    """What Ctrl+V does with a spreadsheet's cells in the clipboard."""
    page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            document.activeElement.dispatchEvent(
                new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        text,
    )


def prices_of(activity):
    return Activity.objects.get(pk=activity.pk).open_version().content["params"]["prices"]


def test_two_thousand_prices_are_replaced_from_a_pasted_sheet(catalogue, open_window):
    activity = flash([catalogue["operator"]], SIZE)
    window = open_window("operator")
    started = time.monotonic()
    page = open_table(window, activity)
    expect(page.locator("#pp-grid-summary strong")).to_have_text("2,000个SKU")
    page.focus("#pp-grid")
    lines = [f"S{i:04}\t{'59' if i < 3 else '101' if i == 3 else '75.50'}" for i in range(SIZE)]
    paste(page, "SKU\t活动价\n" + "\n".join(lines))
    expect(page.locator("#pp-grid-summary")).to_have_text("2,000个SKU · 3个低于底价 · 1个高于原价")
    expect(page.locator("#pp-state")).to_contain_text("改价 2,000")
    page.click("#pp-grid-save")
    expect(page.locator("#pp-state")).to_have_text("已保存")
    whole = time.monotonic() - started
    found = prices_of(activity)
    assert (len(found), found["S0000"], found["S0003"], found["S1999"]) == (SIZE, 5_900, 10_100, 7_550)
    assert page.locator(".pp-grid-row").count() < 60
    assert whole < 60


def test_only_faulty_rows_are_shown_with_the_reason(catalogue, open_window):
    activity = flash([catalogue["operator"]], 30)
    page = open_table(open_window("operator"), activity)
    page.focus("#pp-grid")
    paste(page, "S0000\t59\nS0001\tabc\nNONE\t5\nS0002\t75\n")
    expect(page.locator("#pp-grid-summary")).to_have_text("31个SKU · 1个有错 · 1个找不到 · 1个低于底价")
    page.check("#pp-grid-faulty")
    expect(page.locator(".pp-grid-row")).to_have_count(3)
    expect(cell(page, 1, "问题")).to_have_text("活动价: 请输入金额，如 100 或 1,000.50。")
    page.click("[data-only=unknown]")
    expect(page.locator(".pp-grid-row")).to_have_count(1)
    expect(cell(page, 0, "问题")).to_contain_text("NONE")
    page.click("#pp-grid-save")
    expect(page.locator("#pp-grid-error")).to_contain_text("没有保存")
    assert prices_of(activity)["S0000"] == 8_000


def test_cells_are_typed_filled_and_taken_back_by_keyboard(catalogue, open_window):
    activity = flash([catalogue["operator"]], 5)
    page = open_table(open_window("operator"), activity)
    page.focus("#pp-grid")
    page.keyboard.type("79.9")
    page.keyboard.press("Enter")
    page.keyboard.type("7")
    page.keyboard.press("Escape")
    expect(cell(page, 0, "活动价")).to_have_text("79.9")
    expect(cell(page, 0, "折扣")).to_have_text("7.99折")
    expect(cell(page, 1, "活动价")).to_have_text("80.00")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Control+d")
    expect(cell(page, 2, "活动价")).to_have_text("79.9")
    page.keyboard.press("Control+z")
    expect(cell(page, 2, "活动价")).to_have_text("80.00")
    page.keyboard.press("Control+s")
    expect(page.locator("#pp-state")).to_have_text("已保存")
    assert prices_of(activity) == {"S0000": 7_990} | {f"S{i:04}": 8_000 for i in range(1, 5)}


def test_a_rule_fills_prices_and_85_is_asked_about(catalogue, open_window):
    activity = flash([catalogue["operator"]], 5)
    page = open_table(open_window("operator"), activity)
    page.fill("#pp-grid-value", "85")
    page.click("#pp-grid-fill-button")
    expect(page.locator("#pp-grid-ask")).to_contain_text("您是指8.5折吗？")
    page.click("#pp-grid-meant")
    expect(cell(page, 4, "活动价")).to_have_text("85.00")
    page.select_option("#pp-grid-rule", "nine")
    page.click("#pp-grid-fill-button")
    expect(cell(page, 4, "活动价")).to_have_text("79.00")
    cell(page, 0, "折扣").dblclick()
    page.keyboard.type("9折")
    page.keyboard.press("Enter")
    expect(cell(page, 0, "活动价")).to_have_text("90.00")
    page.click("#pp-grid-save")
    expect(page.locator("#pp-state")).to_have_text("已保存")
    assert sorted(prices_of(activity).values()) == [7_900, 7_900, 7_900, 7_900, 9_000]


def test_a_file_shows_what_it_changes_before_it_is_applied(catalogue, open_window, tmp_path: Path):
    activity = flash([catalogue["operator"]], SIZE)
    page = open_table(open_window("operator"), activity)
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["SKU", "活动价"])
    for i in range(3, SIZE + 12):
        sheet.append([f"S{i:04}", 75.5 if i < 383 else 80])
    book.save(tmp_path / "prices.xlsx")
    page.set_input_files("#pp-grid-file", tmp_path / "prices.xlsx")
    expect(page.locator("#pp-grid-diff-counts")).to_have_text("新增 12 · 改价 380 · 删除 3 · 无变化 1,617")
    assert prices_of(activity)["S0003"] == 8_000
    page.check("[name=mode][value=update]")
    expect(page.locator("#pp-grid-diff-counts")).to_have_text("新增 12 · 改价 380 · 无变化 1,620")
    page.check("[name=mode][value=replace]")
    page.click("#pp-grid-apply")
    expect(page.locator("#pp-state")).to_have_text("已保存")
    found = prices_of(activity)
    assert (len(found), found["S0003"], found["S2011"]) == (2_009, 7_550, 8_000)
    assert "S0000" not in found


def test_two_windows_lose_nothing(catalogue, open_window):
    activity = flash([catalogue["operator"]], 5)
    first = open_table(open_window("operator"), activity)
    second = open_table(open_window("operator"), activity)
    for page, price in ((first, "70"), (second, "71")):
        page.focus("#pp-grid")
        page.keyboard.type(price)
        page.keyboard.press("Enter")
        page.click("#pp-grid-save")
        if page is first:
            expect(page.locator("#pp-state")).to_have_text("已保存")
    expect(second.locator("#pp-grid-diff-title")).to_contain_text("没有覆盖")
    expect(second.locator("#pp-grid-diff-lines ins")).to_have_text("¥71 · 10 件")
    assert prices_of(activity)["S0000"] == 7_000
    second.click("#pp-grid-mine")
    expect(second.locator("#pp-state")).to_have_text("已保存")
    assert prices_of(activity)["S0000"] == 7_100


def test_one_sku_is_stopped_in_two_clicks_and_a_reason(catalogue, open_window):
    activity = flash([catalogue["operator"], catalogue["approver"]], 5, make=live)
    page = open_table(open_window("operator"), activity)
    page.click("[data-stop=S0002]")
    page.keyboard.type("价格错了")
    page.click("#pp-grid-stop-do")
    expect(cell(page, 2, "状态")).to_have_text("已停止")
    assert ActivityStop.objects.get().sku == "S0002"


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_table_in_both_languages_and_themes(catalogue, open_window, language, theme):
    activity = flash([catalogue["operator"]], 60)
    window = open_window("operator", language, theme=theme)
    page = open_table(window, activity)
    page.focus("#pp-grid")
    paste(page, "S0000\t59\nS0001\tabc\nNONE\t5\nS0002\t120\nS0003\t8\n")
    expect(page.locator("[data-only=unknown]")).to_be_visible()
    assert window.overflow() <= 0
    window.picture("grid")
    reader = open_window("approver", language, theme=theme)
    open_table(reader, activity)
    expect(reader.page.locator("#pp-grid-reading")).to_be_visible()
    reader.picture("grid-reading")
    phone = open_window("approver", language, theme=theme, width=390, height=844)
    open_table(phone, activity)
    phone.picture("grid-phone")
    assert phone.overflow() <= 0
    page.set_input_files(
        "#pp-grid-file",
        {"name": "p.csv", "mimeType": "text/csv", "buffer": b"SKU,price\nS0000,70\nS0070,75\n"},
    )
    expect(page.locator("#pp-grid-diff-counts")).to_be_visible()
    page.screenshot(path=f"screenshots/grid-diff-{language}-{theme}.png")
