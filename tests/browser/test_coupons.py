"""Coupons on the screen from the release to the refund: the claim centre under load, checkout, customer service."""

import io
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections

from apps.accounts.models import User
from apps.core.clock import database_now
from apps.coupons import tasks
from apps.coupons.models import ClaimAttempt, ClaimCampaign, Coupon, CouponTemplate
from apps.storefront.services.keys import add_client, issue_key
from tests.activities.cast import person
from tests.browser.window import PASSWORD, Window
from tests.coupons.world import a_campaign
from tests.orders_coupons.purse import give, ten_off
from tests.orders_life.audit import broken
from tests.orders_life.shop import Shop
from tests.storefront import fair

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
FIRST, SECOND, CUSTOMERS = 5, 9, 40
BOTH = pytest.mark.parametrize(("language", "theme"), [("zh-hans", "light"), ("en", "dark")])


@pytest.fixture
def api_key(settings: Any) -> str:
    """The fair, its people, a key for the shop's server."""
    settings.ALLOW_PUBLISH = True
    settings.PREVIEW_CLAIMS = True
    settings.COMPENSATION_DAILY_QUANTITY = 2
    fair.set_up()
    for username in ("operator", "customer_service"):
        user = person(username, username)
        User.objects.filter(pk=user.pk).update(is_staff=True)
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
    return issue_key(client=add_client(name="shop"), scopes=["storefront"], actor=None).text


def rush(url: str, api_key: str, told: io.StringIO) -> threading.Thread:
    """The customers, beside the browser; whoever is too early waits for the release."""

    def run() -> None:
        try:
            options = {"customers": CUSTOMERS, "over": 3, "wait": 60, "url": url, "key": api_key}
            call_command("claim_rush", campaign="claim-1", stdout=told, **options)
        except Exception as error:  # a thread's error is nobody's otherwise
            told.write(f"failed: {error!r}")
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def number(window: Window, name: str) -> str:
    return window.text(f"[data-campaign=claim-1] [data-number={name}]")


@BOTH
def test_a_release_is_claimed_to_exactly_its_quantity_before_ones_eyes(
    live_server: Any, open_window: Any, api_key: str, language: str, theme: str
) -> None:
    """Given 5 now and 9 soon, when 40 customers want one, then 14 have one, and the preview shows it by itself."""
    ten_off("ten-off", budget={"amount": 100_000, "quantity": 100})
    now = database_now()
    releases = [
        {"at": (now - timedelta(minutes=1)).isoformat(), "quantity": FIRST},
        {"at": (now + timedelta(seconds=15)).isoformat(), "quantity": SECOND},
    ]
    campaign = a_campaign(quantity=FIRST + SECOND, releases=releases, per_customer=1)
    window: Window = open_window("operator", language, theme=theme)
    window.go("/admin/coupons/claimcampaign/centre/?customer=test-me")
    window.picture("centre-before")
    window.press("button.pp-claim")
    assert number(window, "claims") == "1"
    told = io.StringIO()
    customers = rush(live_server.url, api_key, told)
    window.page.wait_for_selector(f"[data-campaign=claim-1][data-claims='{FIRST}']", timeout=20_000)
    window.picture("centre-between")
    window.page.wait_for_selector(f"[data-campaign=claim-1][data-claims='{FIRST + SECOND}']", timeout=40_000)
    customers.join(60)
    assert number(window, "claims") == "14"
    window.picture("centre-all-taken")
    assert window.overflow() <= 0
    assert f"{FIRST + SECOND - 1:6}  got their coupons\n" in told.getvalue(), told.getvalue()
    assert "claim-1  14 claimed of 14 released, 0 left" in told.getvalue(), told.getvalue()
    assert Coupon.objects.filter(origin="claim-1").count() == FIRST + SECOND
    assert ClaimAttempt.objects.filter(origin="claim-1", reason="sold_out").exists()
    tasks.sell_out()
    assert ClaimCampaign.objects.get().end_reason == "sold_out"
    window.go(f"/admin/coupons/claimcampaign/{campaign.pk}/change/")
    slots = window.evaluate(
        "[...document.querySelectorAll('[data-slot] td:nth-child(3)')].map(td => Number(td.innerText))"
    )
    assert slots == [FIRST, SECOND]
    window.picture("campaign-page")
    window.go(f"/admin/coupons/coupontemplate/{CouponTemplate.objects.get().pk}/change/")
    assert (window.text("#pp-reserved"), window.text("#pp-left")) == ("¥140", "¥860")
    window.picture("template-page")
    assert window.overflow() <= 0
    assert broken() == []


@BOTH
def test_a_checkout_takes_the_best_coupon_and_a_refund_gives_it_back_by_its_terms(
    live_server: Any, open_window: Any, api_key: str, language: str, theme: str
) -> None:
    """Given two customers with two coupons each, when all goes back, then only the coupon whose terms say so does."""
    five = {"metric": "amount", "tiers": [{"at": 10_000, "benefit": {"amount_off": 500}}]}
    ten_off("back", name="退回券", return_policy="full_refund")
    ten_off("gone", name="不退券", return_policy="never")
    ten_off("five", name="减五元", params=five)
    for customer, template in (("c1", "back"), ("c2", "gone")):
        give(template, customer)
        give("five", customer)
        order = Shop(api_key).paid(f"o-{customer}", customer=customer, coupons="auto")
        assert order["payable_total"] == 9_000
    window: Window = open_window("customer_service", language, theme=theme)
    for customer in ("c1", "c2"):
        window.go(f"/admin/orders/order/?q=o-{customer}")
        window.press("#result_list a[href*='/change/']")
        window.press("#pp-refund")
        window.page.check("[name=all]", force=True)
        window.page.fill("[name=reason]", "七天无理由")
        window.press("#pp-refund-form button[type=submit]")
        assert window.text("#pp-effect .pp-price-big") == "¥90"
        window.press("button[name=confirmed]")
    states = {(one.customer_code, one.template): one.state for one in Coupon.objects.all()}
    assert states == {
        ("c1", "back"): "unused",
        ("c1", "five"): "unused",
        ("c2", "gone"): "used",
        ("c2", "five"): "unused",
    }
    window.go("/admin/orders/order/customer/c2/?state=used")
    window.page.click("details.pp-coupon summary")
    assert "o-c2" in window.text(".pp-coupon-life")
    window.picture("customer-used")
    window.go("/admin/orders/order/customer/c1/")
    window.page.click("details.pp-coupon >> nth=1")
    assert (
        window.page.locator("details.pp-coupon >> nth=1 >> li").count() == 4
    )  # issued, held, used, returned
    window.picture("customer-returned")
    assert window.overflow() <= 0
    assert broken() == []


@BOTH
def test_customer_service_finds_a_customer_compensates_and_is_stopped_at_the_quota(
    live_server: Any, open_window: Any, api_key: str, language: str, theme: str
) -> None:
    """Given two a day, when an agent has given two to a customer found by ⌘K, then a third is refused."""
    ten_off()
    CouponTemplate.objects.update(for_compensation=True)
    agent: Window = open_window("customer_service", language, theme=theme)
    found = agent.page.locator("a[href='/admin/orders/order/customer/c1/']")
    for _attempt in range(4):  # a page that is still loading hears no keys
        agent.page.wait_for_load_state("networkidle")
        agent.page.keyboard.press("Control+k")
        agent.page.wait_for_timeout(500)
        agent.page.keyboard.type("c1", delay=60)
        agent.page.wait_for_timeout(4_000)
        if found.count():
            break
        agent.go("/admin/")
    agent.page.click("a[href='/admin/orders/order/customer/c1/']")
    agent.page.wait_for_selector("#pp-quota")
    for asked, status in ((2, True), (1, False)):
        agent.go("/admin/orders/order/customer/c1/")
        agent.press("[data-doing=compensate]")
        agent.page.fill("[name=quantity]", str(asked))
        agent.page.fill("[name=reason]", "包裹破损")
        agent.press("form[data-pick] button[type=submit]")
        assert (agent.page.locator("[role=alert]").count() == 0) is status
    agent.picture("compensate-stopped")
    assert Coupon.objects.filter(customer_code="c1", source="service_compensation").count() == 2
    agent.go("/admin/orders/order/customer/c1/")
    assert agent.text("#pp-quota p").startswith("0 ")
    agent.picture("customer-compensated")
    assert broken() == []
