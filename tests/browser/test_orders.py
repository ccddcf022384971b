"""Orders on the screen: a sale watched selling out while buyers come over the API; an order refunded in three steps."""

import io
import threading
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections

from apps.accounts.models import User
from apps.activities.models import Activity
from apps.orders.models import Order, Refund
from apps.storefront.services.keys import add_client, issue_key
from tests.activities.cast import person
from tests.browser.window import PASSWORD, Window
from tests.orders_life.audit import broken
from tests.orders_life.shop import Shop
from tests.storefront import fair

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
UNITS, BUYERS = 6, 16
OFF_1001 = {"metric": "amount", "tiers": [{"at": 10_000, "benefit": {"amount_off": 1_001}}]}
FULL_400 = {"metric": "amount", "tiers": [{"at": 40_000, "benefit": {"amount_off": 6_000}}]}


@pytest.fixture
def api_key(settings: Any) -> str:
    """The fair, somebody who operates, somebody of customer service, a key for the shop's server."""
    settings.ALLOW_PUBLISH = True
    fair.set_up()
    for username in ("operator", "customer_service"):
        user = person(username, username)
        User.objects.filter(pk=user.pk).update(is_staff=True)
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
    return issue_key(client=add_client(name="shop"), scopes=["storefront"], actor=None).text


def rush(url: str, api_key: str, told: io.StringIO) -> threading.Thread:
    """The buyers, beside the browser."""

    def run() -> None:
        try:
            options = {"sku": "A", "buyers": BUYERS, "over": 4, "think": 1, "url": url, "key": api_key}
            call_command("rush", stdout=told, **options)
        except Exception as error:  # a thread's error is nobody's otherwise
            told.write(f"failed: {error!r}")
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.parametrize(("language", "theme"), [("zh-hans", "light"), ("en", "dark")])
def test_a_sale_sells_out_before_ones_eyes(
    live_server: Any, open_window: Any, api_key: str, language: str, theme: str
) -> None:
    """Given six units, when sixteen buyers come, then the page shows it by itself, and it ends at exactly six."""
    activity = fair.publish(fair.flash("f", 6_000, stock={"total": UNITS, "per_sku": {"A": UNITS}}))
    window: Window = open_window("operator", language, theme=theme)
    window.go(f"/admin/activities/activity/{activity.pk}/change/")
    window.press("#pp-live-link")
    assert (window.text("#pp-sold"), window.text("#pp-held"), window.text("#pp-left")) == ("0", "0", "6")
    told = io.StringIO()
    buyers = rush(live_server.url, api_key, told)
    window.page.wait_for_function(
        "Number(document.querySelector('#pp-left').textContent) < 6", timeout=20_000
    )
    window.picture("live-during")
    window.page.wait_for_selector("#pp-live-state[data-reason=sold_out]", timeout=30_000)
    buyers.join(30)
    window.page.wait_for_function("document.querySelector('#pp-pace').textContent !== '0'", timeout=10_000)
    assert (window.text("#pp-sold"), window.text("#pp-held"), window.text("#pp-left")) == ("6", "0", "0")
    window.picture("live-sold-out")
    assert window.overflow() <= 0
    assert f"{UNITS:6}  bought at the promotion price\n" in told.getvalue(), told.getvalue()
    assert f"{BUYERS - UNITS:6}  too late: sold out\n" in told.getvalue(), told.getvalue()
    assert "f  6 sold, 0 held unpaid, 0 left  ended: sold_out\n" in told.getvalue(), told.getvalue()
    assert Activity.objects.get().end_reason == "sold_out"
    assert Order.objects.filter(state="paid", payable_amount=6_000).count() == UNITS == Order.objects.count()
    assert broken() == []


def confirm(window: Window, amount: str, name: str = "") -> None:
    """See what is paid back, then pay it back."""
    window.press("#pp-refund-form button[type=submit]")
    assert window.text("#pp-effect .pp-price-big") == amount
    if name:
        window.picture(name)
    window.press("button[name=confirmed]")


def column(window: Window, number: int) -> list[str]:
    """That column of the goods on the order's page, the sum at its foot."""
    return window.evaluate(
        f"[...document.querySelectorAll('#pp-lines tr > td:nth-child({number})')].map(td => td.innerText.trim())"
    )


@pytest.mark.parametrize(("language", "theme"), [("zh-hans", "light"), ("en", "dark")])
def test_an_order_is_refunded_in_three_steps_to_the_cent(
    live_server: Any, open_window: Any, api_key: str, language: str, theme: str
) -> None:
    """Given 320.00 less 10.01 and 8.00 shipping, when it goes back in three steps, then every amount is exact."""
    fair.publish(fair.activity("full", name="满100减10.01", params=OFF_1001))
    fair.publish(fair.activity("full-400", name="满400减60", params=FULL_400))
    lines = [{"line": "1", "sku": "A", "quantity": 3}, {"line": "2", "sku": "B", "quantity": 1}]
    Shop(api_key).paid("o1", lines=lines, shipping_fee=800, customer="c1")
    window: Window = open_window("customer_service", language, theme=theme)
    window.go("/admin/orders/order/?q=o1")
    window.press("#result_list a[href*='/change/']")
    assert window.text("#pp-waterfall .pp-price-big") == "¥317.99"
    assert column(window, 4) == ["¥290.62", "¥19.37", "¥8", "¥317.99"]
    window.picture("order")

    window.press("#pp-refund")
    window.page.fill("[name=units-0-0]", "1")
    window.page.fill("[name=shipping]", "3")
    window.page.check("[name=fault][value=merchant]")
    window.page.fill("[name=reason]", "开胶" if language == "zh-hans" else "glue")
    window.picture("order-refund-form")
    confirm(window, "¥99.88", "order-refund-told")  # 96.88 + 3.00
    assert window.text("#pp-refunded").replace("已退", "").replace("paid back", "").strip() == "¥99.88"

    window.press("#pp-refund")
    window.page.fill("[name=adjust-0]", "10.00")
    window.page.fill("[name=reason]", "price")
    confirm(window, "¥10")
    assert column(window, 6)[:2] == ["¥183.74", ""]  # 290.62 - 96.88 - 10.00

    window.press("#pp-refund")
    window.page.check("[name=all]", force=True)
    window.page.fill("[name=reason]", "rest")
    confirm(window, "¥208.11")  # 183.74 + 19.37 + 5.00
    assert window.page.locator("#pp-refund").count() == 0
    window.picture("order-refunded")
    assert window.overflow() <= 0

    order = Order.objects.get()
    assert order.state == "refunded"
    amounts = list(Refund.objects.order_by("id").values_list("total_amount", "shipping_amount"))
    assert amounts == [(9_988, 300), (1_000, 0), (20_811, 500)]
    assert sum(total for total, _shipping in amounts) == order.payable_amount == 31_799
    assert broken() == []
    window.go(f"/admin/orders/order/{order.pk}/reprice/?at=ordered")
    window.picture("order-repriced")
    phone = open_window("customer_service", language, theme=theme, width=390, height=844)
    phone.go(f"/admin/orders/order/{order.pk}/change/")
    phone.picture("phone-order")
    assert phone.overflow() <= 0
