"""Every page of the demo, as each role sees it: in one language, as wide as the window, nothing serious for axe."""

import pytest

from apps.packs.services.demo import load_demo
from tests.activities.cast import person
from tests.browser.crawl import (
    USUAL,
    axe_findings,
    chinese_words,
    foreign_words,
    lists,
    named_in_data,
    single_pages,
    texts_for_customers,
    translations,
)
from tests.browser.window import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def fair(settings) -> None:
    """The demo's fair, with somebody in every role."""
    settings.ALLOW_PUBLISH = True
    for role in ("operator", "approver", "analyst", "auditor", "administrator", "customer_service"):
        user = person(role, role)
        user.set_password(PASSWORD)
        user.is_staff = True
        user.save()
    load_demo()


#: role, theme, the pages, and whether axe reads them: once in light and once in dark is enough
SEEN = [
    ("operator", "light", lists, False),
    ("operator", "light", single_pages, True),
    ("approver", "dark", lists, True),
    ("auditor", "dark", lists, False),
    ("administrator", "light", lists, True),
]


@pytest.mark.parametrize(("role", "theme", "pages", "axe"), SEEN)
def test_chinese_pages_are_chinese_and_fit(fair, open_window, role, theme, pages, axe):
    window = open_window(role, "zh-hans", theme=theme)
    known = USUAL | named_in_data()
    faults, seen = {}, 0
    for path in pages(window):
        seen += 1
        found = [*foreign_words(window, known), *(axe_findings(window) if axe else ())]
        if window.overflow() > 0:
            found.append(f"{window.overflow()} px too wide")
        if found:
            faults[path] = found
    assert seen >= 8
    assert faults == {}


def test_english_pages_are_english_and_fit(fair, open_window):
    window = open_window("operator", "en", theme="dark")
    said = translations() - texts_for_customers()
    faults, seen = {}, 0
    for pages in (lists, single_pages):
        for path in pages(window):
            seen += 1
            found = chinese_words(window, said)
            if found or window.overflow() > 0:
                faults[path] = found, window.overflow()
    assert seen >= 40
    assert faults == {}


def test_what_is_looked_for_is_found_where_it_is_planted(fair, open_window):
    """The control: a picture without words, a field without a name, a word of the other language, a wide box."""
    window = open_window("operator", "zh-hans")
    planted = '<img src=""><input><p>Forgotten</p><div style="width: 3000px; height: 1px"></div>'
    window.evaluate(f"document.body.insertAdjacentHTML('beforeend', '{planted}')")
    assert {line.partition(":")[0] for line in axe_findings(window)} == {"image-alt", "label"}
    assert foreign_words(window, USUAL | named_in_data()) == {"Forgotten"}
    assert window.overflow() > 0
    assert chinese_words(window, translations()), "this page is Chinese"


TOUR = {
    "home": "/admin/",
    "activities": "/admin/activities/activity/?tab=running",
    "events": "/admin/activities/event/",
    "new-activity": "/admin/activities/activity/add/?kind=threshold",
    "templates": "/admin/coupons/coupontemplate/",
    "new-template": "/admin/coupons/coupontemplate/add/",
    "campaigns": "/admin/coupons/claimcampaign/",
    "new-campaign": "/admin/coupons/claimcampaign/add/",
    "simulator": "/admin/simulator/?lines=ACC-01+5%0AACC-07+2",
    "skus": "/admin/catalog/sku/",
    "notices": "/admin/approvals/notice/?tab=all",
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_tour_in_both_languages_and_themes(fair, open_window, language, theme):
    operator = open_window("operator", language, theme=theme)
    for name, path in TOUR.items():
        operator.go(path)
        operator.picture(name)
        assert operator.overflow() <= 0, path
    approver = open_window("approver", language, theme=theme)
    approver.picture("inbox-home")
    approver.press("#pp-tasks .pp-link")
    approver.picture("request")
    assert approver.page.locator("html.dark").count() == (theme == "dark")
    phone = open_window("approver", language, theme=theme, width=390, height=844)
    phone.press("#pp-tasks .pp-link")
    phone.picture("phone-request")
    assert phone.overflow() <= 0
