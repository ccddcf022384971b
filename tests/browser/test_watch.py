"""The home page watched and braked: rows fresh by themselves, stops counted in clicks and seconds."""

import time
from typing import Any

import pytest

from apps.accounts.models import User
from apps.activities.models import Activity, ActivityStop
from apps.catalog.models import Sku
from apps.storefront.services.keys import add_client, issue_key
from tests.activities.cast import person
from tests.browser.window import PASSWORD, Window
from tests.orders_life.shop import Shop
from tests.storefront import fair

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BOTH = {"mode": "include", "skus": ["A", "B"]}
PRICES = {"prices": {"A": 6_000, "B": 1_600}}


@pytest.fixture
def shop(settings: Any) -> Shop:
    """The fair, an operator, a key for the shop's server; the board is fresh every second."""
    settings.ALLOW_PUBLISH = True
    settings.WATCH_SECONDS = 1
    fair.set_up()
    user = person("operator", "operator")
    User.objects.filter(pk=user.pk).update(is_staff=True)
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return Shop(issue_key(client=add_client(name="shop"), scopes=["storefront"], actor=None).text)


def number(window: Window, name: str) -> str:
    return window.text(f"[data-code=f] [data-number={name}]")


@pytest.mark.parametrize(("language", "theme"), [("zh-hans", "light"), ("en", "dark")])
def test_one_sku_is_stopped_within_ten_seconds(
    live_server: Any, open_window: Any, shop: Shop, language: str, theme: str
) -> None:
    """Given a sale that is watched, when an order comes, then the row shows it; then a SKU is taken out."""
    fair.publish(fair.flash("f", 0, name="秒杀", params=PRICES, scope=BOTH, stock={"total": 9}))
    window: Window = open_window("operator", language, theme=theme)
    assert (number(window, "held"), number(window, "pace")) == ("0", "0")
    shop.held("o1", 2)
    window.page.wait_for_function(
        "document.querySelector('[data-code=f] [data-number=held]').textContent === '2'", timeout=10_000
    )
    assert number(window, "pace") == "1"
    window.picture("watch-home")
    assert window.overflow() <= 0

    started, clicks = time.monotonic(), 0
    window.press("#pw-skus-f")
    clicks += 1
    window.page.check("input[name=ticked][value=A]")
    clicks += 1
    window.page.fill("#id_reason", "wrong price")
    window.press(".pp-button-danger")
    clicks += 1
    assert ActivityStop.objects.get().sku == "A"
    assert (clicks, time.monotonic() - started < 10) == (3, True)
    assert Activity.objects.get().status == "live"

    # Out of all activities: found by name, and choosing it leads on.
    Sku.objects.filter(code="B").update(name="保温杯")
    window.press("#pw-rung-sku")
    window.page.fill(".pp-picker-text", "保温")
    with window.page.expect_navigation():
        window.page.click(".pp-picker-list [data-code=B]")
    assert "B" in window.text(".pw-subject")
    assert window.page.locator("#pw-effects li").count() >= 1


@pytest.mark.parametrize(("language", "theme"), [("zh-hans", "dark"), ("en", "light")])
def test_a_pause_takes_two_clicks_and_a_reason(
    live_server: Any, open_window: Any, shop: Shop, language: str, theme: str
) -> None:
    """Given one unpaid order, when the row's pause is pressed on a phone, then its effect is said before it happens."""
    fair.publish(fair.flash("f", 6_000, name="秒杀"))
    shop.held("o1")
    window: Window = open_window("operator", language, theme=theme, width=390, height=844)
    assert window.overflow() <= 0
    window.picture("phone-watch-home")
    window.press("#pw-pause-f")
    kept = {
        "zh-hans": "已下单未付款 1 单仍按活动价。",
        "en": "1 order placed and not yet paid keeps its promotion price.",
    }
    assert kept[language] in window.text("#pw-effects")
    window.picture("phone-watch-pause")
    assert window.overflow() <= 0
    window.page.fill("#id_reason", "wrong price")
    window.press(".pp-button-danger")
    assert Activity.objects.get().status == "paused"
    assert window.page.locator("#pw-open-f").count() == 1
    assert window.page.locator("#pw-pause-f").count() == 0
