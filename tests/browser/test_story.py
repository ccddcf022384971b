"""The whole way: drafted, submitted, approved, live at its second, priced over the API, revoked by two people."""

import json
import time
import urllib.request
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from apps.accounts.models import User
from apps.activities.models import Activity
from apps.catalog.models import Portal, Shop, Sku
from apps.core.clock import database_now
from apps.storefront.services.keys import add_client, issue_key
from tests.activities.cast import person
from tests.browser.window import PASSWORD, Window

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ZONE = ZoneInfo("Asia/Shanghai")
LEAD = timedelta(seconds=25)
WORDS = {
    "zh-hans": {
        "kind": "满减",
        "sentence": "满300减50",
        "submitted": "已提交，等待审批。",
        "clean": "没有发现规则问题。",
        "approved": "已通过",
        "live": "进行中",
        "reason": "价格设置有误",
        "effect": "由其他人审批。审批前活动照常；通过后立即恢复原价，且不能再开始。",
        "ended": "已结束: 已撤销",
    },
    "en": {
        "kind": "Threshold discount",
        "sentence": "¥50 off from ¥300",
        "submitted": "Submitted: it waits for a decision.",
        "clean": "No rule problems found.",
        "approved": "Approved",
        "live": "live",
        "reason": "The price is wrong",
        "effect": "Another person decides. It runs on until then; once approved, original prices are back at once "
        "and it never starts again.",
        "ended": "ended: revoked",
    },
}


@pytest.fixture
def api_key() -> str:
    """A shop with one SKU of ¥400, an operator, an approver, a key for the shop's server."""
    Portal.objects.create(currency="CNY")
    shop = Shop.objects.create(code="S1", name="自营")
    Sku.objects.create(code="TV-1", name="电视", shop=shop, price_amount=40_000)
    for username, role in (("operator", "operator"), ("approver", "approver")):
        user = person(username, role)
        User.objects.filter(pk=user.pk).update(is_staff=True)
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
    return issue_key(client=add_client(name="shop"), scopes=["storefront"], days=30, actor=None).text


def to_pay(url: str, key: str) -> int:
    """What the shop's server is told that one TV costs."""
    body = {"currency": "CNY", "lines": [{"line": "1", "sku": "TV-1", "quantity": 1}]}
    request = urllib.request.Request(
        f"{url}/api/v1/quotes",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Authorization": f"Api-Key {key}"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["payable_total"]


def draft_and_submit(window: Window, words: dict[str, str], starts: Any) -> int:
    """Fill the editor as a person would; the number of inputs that took."""
    page = window.page
    window.press(f".pp-chip-button:text-is('{words['kind']}')")
    inputs = {
        "name": "双11满减",
        "starts_at": f"{starts.astimezone(ZONE):%Y-%m-%dT%H:%M:%S}",
        "ends_at": f"{starts.astimezone(ZONE) + timedelta(days=1):%Y-%m-%dT%H:%M:%S}",
        "params.tiers[0].at": "300",
        "params.tiers[0].benefit.amount_off": "50",
    }
    for name, value in inputs.items():
        page.fill(f"[name='{name}']", value)
    page.check("[name=stacking][value=all]")
    page.wait_for_function(
        "words => document.getElementById('pp-sentence').textContent.includes(words)", arg=words["sentence"]
    )
    page.wait_for_selector(".pp-price-big:text-is('¥350')")
    window.picture("story-1-editor")
    window.press("[name=_submit]")
    window.picture("story-2-confirm")
    window.press(".pp-button-primary")
    assert words["submitted"] in page.inner_text("body")
    return len(inputs) + 1


def decide_from_home(window: Window, picture: str) -> int:
    """From the home page to the decision; the number of clicks."""
    window.go("/admin/")
    window.press("#pp-tasks .pp-link")
    window.picture(picture)
    window.press("#pp-decide [value=approve]")
    return 2


def wait_for(url: str, key: str, amount: int, seconds: float) -> None:
    end = time.monotonic() + seconds
    while to_pay(url, key) != amount:
        assert time.monotonic() < end, f"{to_pay(url, key)} is not {amount}"
        time.sleep(0.2)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_from_draft_to_revocation(open_window, live_server, api_key, language):
    words = WORDS[language]
    operator, approver = open_window("operator", language), open_window("approver", language)
    starts = database_now().replace(microsecond=0) + LEAD

    assert draft_and_submit(operator, words, starts) <= 8
    activity = Activity.objects.get()
    approver.go("/admin/")
    assert decide_from_home(approver, "story-3-request") == 2
    assert words["approved"] in approver.text("body")
    if database_now() < starts - timedelta(seconds=1):
        assert to_pay(live_server.url, api_key) == 40_000

    wait_for(live_server.url, api_key, 35_000, 40)
    assert database_now() >= starts
    operator.go("/admin/simulator/?lines=TV-1")
    assert operator.text("#pp-result .pp-price-big") == "¥350"
    operator.picture("story-4-simulator")

    operator.go(f"/admin/activities/activity/{activity.pk}/change/")
    operator.press("[data-doing=request_revocation]")
    assert operator.text("#pp-effect") == words["effect"]
    operator.page.fill("[name=reason]", words["reason"])
    operator.picture("story-5-revocation")
    operator.press(".pp-button-danger")
    assert to_pay(live_server.url, api_key) == 35_000

    assert decide_from_home(approver, "story-6-revocation-request") == 2
    assert to_pay(live_server.url, api_key) == 40_000
    operator.go(f"/admin/activities/activity/{activity.pk}/change/")
    assert words["ended"] in operator.text(".pp-heading")
    operator.picture("story-7-ended")
