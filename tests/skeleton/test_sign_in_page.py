"""The way in, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from apps.accounts.models import User


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_sign_in_in_chinese_switch_to_english_and_ask_no_other_host(page: Page, live_server):
    User.objects.create_superuser("root", password="promo-demo-2026")
    asked, complaints = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)

    page.goto(f"{live_server.url}/")
    page.get_by_label("用户名").fill("root")
    page.get_by_label("密码").fill("promo-demo-2026")
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/admin/")
    page.get_by_role("button", name="EN", exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto(f"{live_server.url}/api/docs/")
    expect(page.get_by_role("heading", name="Promo Portal storefront API")).to_be_visible()

    assert [url for url in asked if not url.startswith((live_server.url, "data:"))] == []
    assert complaints == []


@pytest.mark.django_db
def test_signing_in_without_a_wanted_page_leads_home(client):
    User.objects.create_superuser("root", password="promo-demo-2026")

    answer = client.post("/admin/login/", {"username": "root", "password": "promo-demo-2026"})

    assert (answer.status_code, answer.url) == (302, "/admin/")
