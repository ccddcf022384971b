"""Every page of the demo, as each role sees it: nothing left in English, nothing wider than the window."""

import re
from collections.abc import Iterator

import pytest
from django.apps import apps as django_apps

from apps.packs.services.demo import load_demo
from tests.activities.cast import person
from tests.browser.window import PASSWORD, Window

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

#: Latin words that Chinese pages use, too
USUAL = frozenset(
    [
        "esc",
        "SKU",
        "API",
        "CSV",
        "JSON",
        "XLSX",
        "UTF",
        "GMV",
        "ROI",
        "ID",
        "EN",
        "Ctrl",
        "Asia",
        "Shanghai",
        "CNY",
        "ASCII",
        "brand",
        "platform",
        "shop",
        "BRAND",
        "CODE",
        "App",
        "Authorization",
        "Api",
        "Key",
        "URL",
        "yyyy",
        "AM",
        "PM",
        "all",
        "any",
        "not",
        "op",
        "value",
        "eq",
        "ne",
        "gt",
        "gte",
        "lt",
        "lte",
        "in",
        "contains",
        "member",
        "level",
        "tags",
        "registered",
        "at",
        "orders",
        "region",
        "attributes",
        "and",
        "customer",
    ]
)
WORD = re.compile(r"[A-Za-z]{3,}")
ADD_PAGES = (
    "/admin/activities/activity/add/",
    "/admin/activities/activity/add/?kind=flash_sale",
    "/admin/coupons/coupontemplate/add/",
    "/admin/coupons/claimcampaign/add/",
    "/admin/activities/event/add/",
    "/admin/risk/rule/add/?kind=velocity",
    "/admin/risk/rule/add/?kind=order_amount",
    "/admin/risk/deniedmark/add/",
    "/admin/audiences/audience/add/",
    "/admin/audiences/tag/add/",
    "/admin/catalog/sku/files/",
    "/admin/coupons/codebatch/look-up/",
    "/admin/simulator/?lines=ACC-01+5%0AACC-07+2",
    "/admin/simulator/?activity=phone-launch",
    "/admin/impact/pauserule/add/",
    "/admin/reports/placement/home/",
)
#: the text that people see, without what they or the demo named: codes, names, links of lists
VISIBLE = """() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        if (["SCRIPT", "STYLE", "TEMPLATE", "TEXTAREA"].includes(element.tagName)) continue;
        if (element.closest(".material-symbols-outlined, .pp-code, pre, template")) continue;
        texts.push(walker.currentNode.textContent);
    }
    for (const input of document.querySelectorAll("[placeholder], [title], [aria-label]")) {
        if (input.closest("template") || input.matches(".simplebar-content-wrapper")) continue;
        texts.push(input.placeholder || "", input.title || "", input.getAttribute("aria-label") || "");
    }
    return texts;
}"""


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


def named_in_data() -> set[str]:
    """Every Latin word of a name or code that the demo brought."""
    words: set[str] = set()
    for model in django_apps.get_models():
        if not model._meta.app_label.startswith(
            ("activities", "catalog", "audiences", "coupons", "accounts", "offers", "risk")
        ):
            continue
        fields = [
            f.attname
            for f in model._meta.concrete_fields
            if f.get_internal_type() in ("CharField", "ArrayField")
        ]
        for row in model._default_manager.values_list(*fields) if fields else ():
            for value in row:
                words.update(WORD.findall(str(value)))
    return words


def sidebar(window: Window) -> list[str]:
    """The pages that this person's sidebar leads to."""
    links = window.evaluate(
        "[...document.querySelectorAll('#nav-sidebar-apps a')].map(a => a.getAttribute('href'))"
    )
    return list(dict.fromkeys(links))


def first_rows(window: Window) -> list[str]:
    return window.evaluate(
        "[...document.querySelectorAll('#result_list a[href*=\"/change/\"], .result-list a')].slice(0, 1)"
        ".map(a => a.getAttribute('href'))"
    )


def pages(window: Window) -> Iterator[str]:
    """Every list, the first thing in each, and the pages that make new ones."""
    for path in sidebar(window):
        window.go(path)
        yield path
        for row in first_rows(window):
            window.go(row)
            yield row
    for path in ADD_PAGES:
        if window.context.request.get(f"{window.url}{path}").ok:
            window.go(path)
            yield path


@pytest.mark.parametrize("role", ["operator", "approver", "auditor", "administrator"])
def test_chinese_pages_are_chinese_and_fit(fair, open_window, role):
    window = open_window(role, "zh-hans")
    known = USUAL | named_in_data()
    foreign, wide, seen = {}, {}, 0
    for path in pages(window):
        seen += 1
        words = {word for text in window.evaluate(VISIBLE) for word in WORD.findall(text)} - known
        if words:
            foreign[path] = words
        if window.overflow() > 0:
            wide[path] = window.overflow()
    assert seen >= 8
    assert foreign == {}
    assert wide == {}


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
