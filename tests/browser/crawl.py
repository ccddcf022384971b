"""Every page of the demo that somebody can reach, and what may be wrong with a page."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
from babel.messages.pofile import read_po
from django.apps import apps as django_apps
from django.db.models import Model
from django.urls import reverse

from apps.activities.models import Activity, Event
from apps.approvals.models import ApprovalRequest
from apps.catalog.models import Shop
from apps.coupons.models import ClaimCampaign, CouponTemplate
from promo_portal.translations import LOCALE
from tests.browser.window import Window

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RUN_AXE = """() => axe.run(document, {resultTypes: ["violations"]}).then(result => result.violations
    .filter(one => ["serious", "critical"].includes(one.impact))
    .map(one => `${one.id}: ${one.nodes[0].target.join(" ")} ${one.nodes[0].html.slice(0, 200)}`))"""
#: Latin words that Chinese pages use, too
WORDS = """esc SKU API CSV JSON XLSX UTF GMV ROI ID EN Ctrl Asia Shanghai CNY ASCII brand platform shop BRAND
CODE App Authorization Api Key URL yyyy AM PM all any not op value eq ne gt gte lt lte in contains
member level tags registered at orders region attributes and customer PDF"""
USUAL = frozenset(WORDS.split())
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
SORTS: tuple[tuple[type[Model], tuple[str, ...]], ...] = (
    (Activity, ("kind",)),
    (Activity, ("status",)),
    (Event, ()),
    (CouponTemplate, ("kind",)),
    (ClaimCampaign, ("mode",)),
    (ApprovalRequest, ("action", "state")),
)
REPORTED: dict[str, type[Model]] = {
    "activity": Activity,
    "event": Event,
    "template": CouponTemplate,
    "campaign": ClaimCampaign,
    "shop": Shop,
}
VISIBLE = """() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        if (["SCRIPT", "STYLE", "TEMPLATE", "TEXTAREA"].includes(element.tagName)) continue;
        if (element.closest(".material-symbols-outlined, .pp-code, pre, template, body [lang]")) continue;
        texts.push(walker.currentNode.textContent);
    }
    for (const input of document.querySelectorAll("[placeholder], [title], [aria-label]")) {
        if (input.closest("template, body [lang]") || input.matches(".simplebar-content-wrapper")) continue;
        texts.push(input.placeholder || "", input.title || "", input.getAttribute("aria-label") || "");
    }
    return texts;
}"""


def lists(window: Window) -> Iterator[str]:
    """Every list that the sidebar leads to, and the first thing in each."""
    for path in _sidebar(window):
        window.go(path)
        yield path
        for row in _first_rows(window):
            window.go(row)
            yield row


def single_pages(window: Window) -> Iterator[str]:
    """The pages that make something new and one page of each sort of thing, as far as this person may."""
    for path in [*ADD_PAGES, *_one_of_each_sort()]:
        answer = window.context.request.get(f"{window.url}{path}")
        if answer.status != 403:
            assert answer.ok, f"{path} answers {answer.status}"
            window.go(path)
            yield path


def _sidebar(window: Window) -> list[str]:
    links = window.evaluate(
        "[...document.querySelectorAll('#nav-sidebar-apps a')].map(a => a.getAttribute('href'))"
    )
    return list(dict.fromkeys(links))


def _first_rows(window: Window) -> list[str]:
    return window.evaluate(
        "[...document.querySelectorAll('#result_list a[href*=\"/change/\"], .result-list a')].slice(0, 1)"
        ".map(a => a.getAttribute('href'))"
    )


def _one_of_each_sort() -> Iterator[str]:
    for model, sort in SORTS:
        for row in model._default_manager.order_by(*sort, "pk").distinct(*sort):
            yield reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk])
    activity = Activity.objects.order_by("pk")[0]
    for page in ("history", "copy"):
        yield reverse(f"admin:activities_activity_{page}", args=[activity.pk])
    for document, model in REPORTED.items():
        yield reverse("admin:report", args=[document, model._default_manager.order_by("pk")[0].code])
    for behind in ("print", "orders", "goods"):
        yield reverse(f"admin:report_{behind}", args=["activity", activity.code])


def foreign_words(window: Window, known: Iterable[str]) -> set[str]:
    """Latin words on a Chinese page, but for those that are known."""
    return {word for text in window.evaluate(VISIBLE) for word in WORD.findall(text)} - set(known)


def named_in_data() -> set[str]:
    """Every Latin word of a name or code that the demo brought."""
    written = [*texts_for_customers(), *(str(document.get("mutex")) for document in _documents())]
    words = {word for text in written for word in WORD.findall(text)}
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


def texts_for_customers() -> set[str]:
    """Title, badge and rules in every language, as operators wrote them: both stand on pages of either language."""
    shown = [text for document in _documents() for text in (document.get("display") or {}).values()]
    return {said for text in shown if isinstance(text, dict) for said in text.values() if said}


def _documents() -> list[dict[str, Any]]:
    return [
        version.content for model in (Activity, CouponTemplate) for version in model.VERSION.objects.all()
    ]


def chinese_words(window: Window, sentences: Iterable[str]) -> set[str]:
    """Translations that stand on a page that should be English."""
    return {text.strip().rstrip("*:：") for text in window.evaluate(VISIBLE)} & set(sentences)


def translations() -> frozenset[str]:
    """What the portal says in Chinese, but for what is no Chinese and what names are put into."""
    with (LOCALE / "zh_Hans" / "LC_MESSAGES" / "django.po").open("rb") as file:
        said = [message.string for message in read_po(file) if isinstance(message.string, str)]
    return frozenset(text for text in said if re.search("[一-鿿]", text) and "%" not in text)


def axe_findings(window: Window) -> list[str]:
    """What axe calls serious or critical on the page in sight, with the first place of each."""
    window.evaluate(f"() => {{ {AXE} }}")
    return window.evaluate(RUN_AXE)
