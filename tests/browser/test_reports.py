"""A report at the screen: each number leads to its orders, and the workbook opens with the same totals."""

import re
from decimal import Decimal

import pytest
from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import expect

from apps.core.jobs import Job, run
from tests.activities.cast import person
from tests.browser.window import PASSWORD
from tests.orders_life.shop import key, shop, shop_fair
from tests.reporting.test_report_pages import traded

__all__ = ["key", "shop", "shop_fair", "traded"]

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PAGE = "/admin/reports/activity/ten-off/"


@pytest.fixture
def analyst(traded: None) -> str:
    user = person("analyst", "analyst")
    user.set_password(PASSWORD)
    user.is_staff = True
    user.save()
    return user.username


def amounts(text: str) -> list[Decimal]:
    return [Decimal(one.replace(",", "")) for one in re.findall(r"¥([\d,.]+)", text)]


def test_numbers_lead_to_their_orders_and_the_workbook_has_the_same(analyst, open_window, tmp_path):
    window = open_window(analyst)
    page = window.page
    window.go(PAGE)
    expect(page.locator("#pr-gmv")).to_have_text("¥185")
    expect(page.locator("#pr-orders")).to_have_text("2")
    assert "37%" in window.text("#pr-goals")
    assert page.locator(".pr-chart rect").count() == 1
    window.press("#pr-gmv a")
    assert page.locator("#pr-rows tbody tr").count() == 2
    goods, refunded, discount, reversed_ = amounts(window.text("#pr-totals"))
    assert (goods, refunded, discount, reversed_) == (280, 95, 20, 5)
    window.go(PAGE)
    window.press("#pr-units a")
    assert "¥185" in window.text("#pr-totals")
    window.go(PAGE)
    window.press("#pr-units ~ small a")
    assert [one.inner_text() for one in page.locator("#pr-rows tbody tr td:first-child").all()] == ["o2"]

    window.go(PAGE)
    window.press("#pr-export button[value=xlsx]")
    run(Job.objects.get())
    link = page.locator("#pr-export a.pp-link")
    expect(link).to_be_visible(timeout=30_000)
    with page.expect_download() as coming:
        link.click()
    file = tmp_path / "report.xlsx"
    coming.value.save_as(file)
    book = load_workbook(file, data_only=True)
    assert list(book.worksheets[-1].iter_rows(values_only=True))[-1][-4:] == (
        goods,
        refunded,
        discount,
        reversed_,
    )
    assert dict(book.worksheets[0].iter_rows(min_row=2, max_col=2, values_only=True))["GMV"] == 185


@pytest.mark.parametrize(("language", "theme", "width"), [("zh-hans", "light", 1280), ("en", "dark", 390)])
def test_pages_of_reports_fit(analyst, open_window, language, theme, width):
    window = open_window(analyst, language, theme=theme, width=width)
    for name, path in {
        "reports": "/admin/reports/",
        "report": PAGE,
        "report-orders": f"{PAGE}orders/",
        "report-print": f"{PAGE}print/",
        "report-goods": f"{PAGE}goods/",
        "report-day": f"{PAGE}orders/?day={timezone.localdate():%Y-%m-%d}",
        "report-placements": "/admin/reports/?of=placement",
        "report-shop": "/admin/reports/shop/S1/",
    }.items():
        window.go(path)
        window.picture(name)
        assert window.overflow() <= 0, path
