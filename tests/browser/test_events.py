"""大促 in a browser: the last one copied to its new days, its numbers confirmed, all of it approved as one packet."""

import pytest

from apps.activities.models import Activity, Event
from apps.packs.services.demo import load_demo
from tests.activities.cast import person
from tests.browser.crawl import USUAL, VISIBLE, WORD, named_in_data
from tests.browser.window import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def fair(settings):
    settings.ALLOW_PUBLISH = True
    for role in ("operator", "approver"):
        user = person(role, role)
        user.set_password(PASSWORD)
        user.is_staff = True
        user.save()
    load_demo()
    return Event.objects.get(code="d11-2026")


def foreign_words(window):
    """Latin words that no name of the demo explains."""
    words = {word for text in window.evaluate(VISIBLE) for word in WORD.findall(text)}
    return words - USUAL - named_in_data()


def test_the_next_event_is_a_copy_with_one_new_date(fair, open_window):
    operator = open_window("operator")
    operator.go(f"/admin/activities/event/{fair.pk}/change/")
    assert "20点场秒杀30分钟售罄" in operator.text("#pe-last")
    assert operator.page.locator(".pe-bar").count() >= 30
    assert operator.page.locator(".pe-overlap").count() >= 6
    operator.picture("event")
    assert (foreign_words(operator), operator.overflow()) == (set(), 0)

    operator.press("[data-doing=copy]")
    operator.page.fill("[name=name]", "双12年终盛典")
    operator.page.fill("[name=starts_at]", "2027-01-08 20:00")
    operator.page.fill("[name=code]", "d12-2026")
    operator.press(".pp-button-primary")
    copy = Event.objects.get(code="d12-2026")
    members = Activity.objects.filter(event=copy)
    assert {one.status for one in members} == {"draft"}
    assert copy.starts_at - fair.starts_at == members.get(code="cross-300-50-d12-2026").starts_at - (
        Activity.objects.get(code="cross-300-50").starts_at
    )
    assert operator.page.locator("#pe-stale [data-stale=dates]").count() >= 1
    operator.picture("event-copied")
    assert (foreign_words(operator), operator.overflow()) == (set(), 0)

    operator.press("[data-doing=submit]")
    operator.press(".pp-buttons .pp-button-primary")
    assert "请先在大促页面确认" in operator.text("#pe-faults")
    operator.press(".pp-buttons a.pp-button")
    operator.press("#pe-confirm")
    operator.picture("event-confirm")
    operator.press(".pp-buttons .pp-button-primary")
    assert operator.page.locator("[data-stale=unconfirmed]").count() == 0
    for code in ("cross-300-50-d12-2026", "plat-300-30-d12-2026", "claim-plat-300-30-d12-2026"):
        operator.page.check(f"tr[data-code='{code}'] input[name=member]")
    assert operator.text("#pe-chosen") == "已勾选3项"
    operator.press("[data-doing=submit]")
    operator.press(".pp-buttons .pp-button-primary")

    approver = open_window("approver")
    approver.go(f"/admin/activities/event/{copy.pk}/change/")
    approver.press("[data-packet] a")
    assert approver.page.locator(".pp-item").count() == 3
    for tick in approver.page.locator("#pp-decide input[type=checkbox]").all():
        tick.check()
    approver.press("#pp-decide button[value=approve]")
    assert members.get(code="cross-300-50-d12-2026").status == "approved"
    assert members.exclude(code="cross-300-50-d12-2026").exclude(status="draft").count() == 0
