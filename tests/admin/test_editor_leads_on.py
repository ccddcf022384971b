"""What the editor leads to: faults with the way there, worst prices, simulator, SKU table, patterns, conclusions."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.activities.models import Activity, Pattern
from apps.activities.patterns.services import keep_pattern
from apps.catalog.models import Sku
from apps.offers import conclusions, foresight
from apps.offers.conclusions import Conclusion
from apps.offers.foresight import Foreseen
from apps.offers.versions.copies import copy
from tests.activities.cast import drafted, goods, hours, live, submitted
from tests.admin.typing import ADD, INBOX, LIST, PREVIEW, SWAP, page_of, percentage, threshold

pytestmark = pytest.mark.django_db
WORST = f"{LIST}worst/"


def flash(**changes):
    typed = percentage(kind="flash_sale", code="flash", stacking="no_coupons", **changes)
    return {name: value for name, value in typed.items() if not name.startswith("params.")}


def test_how_to_stack_is_asked_and_never_assumed(ann, as_user):
    typed = threshold(_save="1")
    del typed["stacking"]
    errors = as_user(ann).post(ADD, typed).context["form"].errors
    assert errors == {"stacking": ["Choose one."]}
    assert not Activity.objects.exists()
    assert 'name="stacking" value="all" checked' not in as_user(ann).get(ADD).content.decode()


def test_a_flash_sale_proposes_no_coupons(ann, as_user):
    window = as_user(ann)
    assert window.get(f"{ADD}?kind=flash_sale").context["form"].initial["stacking"] == "no_coupons"
    typed = threshold(kind="flash_sale")
    del typed["stacking"]
    swapped = window.post(SWAP, typed).context["form"]
    assert swapped["stacking"].value() == "no_coupons"
    goods()
    window.post(ADD, flash(_save="1") | {"params.value": "59"})
    assert Activity.objects.get().open_version().content["stacks_with"] == ["shop", "platform", "shipping"]


def test_every_mistake_comes_with_its_field(ann, as_user):
    typed = threshold(name="", **{"params.tiers[0].benefit.amount_off": "abc"})
    answer = as_user(ann).post(PREVIEW, typed).json()
    assert answer["mistakes"] == [
        ["name", "Name", "is required"],
        [
            "params.tiers[0].benefit.amount_off",
            "Tiers 1: Money off",
            "Enter an amount such as 100 or 1,000.50.",
        ],
    ]
    page = as_user(ann).post(ADD, {**typed, "_save": "1"}).content.decode()
    assert 'data-jump="params.tiers[0].benefit.amount_off"' in page


def test_what_the_page_hides_is_not_meant(ann, as_user):
    as_user(ann).post(ADD, threshold(**{"params.max_times": "3", "_save": "1"}))
    assert "max_times" not in Activity.objects.get().open_version().content["params"]


@pytest.fixture
def seen():
    """Somebody who foresees: 10 yuan less for every layer that a draft lets in."""
    before = list(foresight._asked)
    foresight.register(
        lambda content, sku: Foreseen(
            8_000 - 1_000 * len(content["stacks_with"]), ("A", *content["stacks_with"])
        )
    )
    yield
    foresight._asked[:] = before


def test_each_way_to_stack_tells_the_worst_price(ann, as_user, seen):
    goods()
    Sku.objects.filter(pk="A").update(floor_price_amount=6_000, cost_amount=3_500)
    ways = as_user(ann).post(WORST, threshold()).json()["ways"]
    assert {way: (said["price"], said["low"]) for way, said in ways.items()} == {
        "none": ("¥80", ""),
        "coupons": ("¥60", ""),
        "no_coupons": ("¥50", "below the floor price"),
        "all": ("¥30", "below the floor price"),
    }
    assert ways["coupons"]["stack"] == "A + shop_coupon + platform_coupon"
    assert as_user(ann).post(WORST, threshold(name="")).json() == {}


def test_who_may_not_edit_is_told_no_worst_price(mia, as_user, seen):
    assert as_user(mia).post(WORST, threshold()).status_code == 403


def test_simulating_saves_the_draft_and_prices_it(ann, as_user):
    answer = as_user(ann).post(ADD, threshold(_simulate="1"))
    assert Activity.objects.get().code == "full-300-50"
    assert answer.url == "/admin/simulator/?activity=full-300-50&draft=activity%3Afull-300-50"


def test_the_table_of_a_new_activity_begins_with_the_goods_chosen(ann, as_user):
    goods()
    answer = as_user(ann).post(ADD, flash(_grid="1", **{"scope.mode": "include", "scope.skus": "A"}))
    activity = Activity.objects.get()
    assert answer.url == page_of(activity, "goods")
    assert activity.open_version().content["params"] == {"prices": {"A": 10_000}}


def test_a_table_with_too_many_goods_asks_for_fewer(ann, as_user, monkeypatch):
    goods()
    monkeypatch.setattr("apps.activities.grid.beginning.MOST", 1)
    answer = as_user(ann).post(ADD, flash(_grid="1"))
    assert "params.value" in answer.context["form"].errors or "params.prices" in answer.context["form"].errors
    assert not Activity.objects.exists()


def test_a_pattern_is_kept_and_begun_with(ann, ben, as_user):
    activity = drafted(ann)
    as_user(ann).post(page_of(activity, "pattern"), {"name": "十元"})
    pattern = Pattern.objects.get()
    begun = as_user(ben).get(f"{ADD}?pattern={pattern.pk}")
    form = begun.context["form"]
    assert (form["params.value"].value(), form["starts_at"].value()) == ("10.00", None)
    assert form["code"].value() != "minus-10"
    assert "十元" in as_user(ben).get(ADD).content.decode()


def test_who_may_not_keep_patterns_keeps_none(ann, cleo, as_user):
    activity = drafted(ann)
    assert as_user(cleo).post(page_of(activity, "pattern"), {"name": "十元"}).status_code == 403
    assert not Pattern.objects.exists()


def test_patterns_are_renamed_and_dropped_on_their_page(ann, as_user):
    first = keep_pattern(activity=drafted(ann), name="一", actor=ann)
    keep_pattern(activity=drafted(ann, "b"), name="二", actor=ann)
    page = f"/admin/activities/pattern/{first.pk}/"
    taken = as_user(ann).post(f"{page}change/", {"name": "二"})
    assert taken.context["adminform"].form.errors == {"name": ["There is a pattern named 二 already."]}
    as_user(ann).post(f"{page}change/", {"name": "三"})
    as_user(ann).post(f"{page}delete/", {"post": "yes"})
    assert list(Pattern.objects.values_list("name", flat=True)) == ["二"]


def test_only_who_may_draft_is_led_from_a_pattern_to_a_new_activity(ann, cleo, as_user):
    pattern = keep_pattern(activity=drafted(ann), name="一", actor=ann)
    way = f"{ADD}?pattern={pattern.pk}"
    for page in ("/admin/activities/pattern/", f"/admin/activities/pattern/{pattern.pk}/change/"):
        shown = [way in as_user(who).get(page).content.decode() for who in (ann, cleo)]
        assert shown == [True, False]


@pytest.fixture
def reviewed():
    """Somebody who keeps reviews: one of `first`."""

    def source(document, code):
        return Conclusion("下次少放券", "梁", datetime(2026, 1, 1, tzinfo=UTC)) if code == "first" else None

    conclusions.register(source)
    yield
    conclusions.unregister(source)


def test_a_copy_of_the_past_is_proposed_for_the_same_weekday_and_hour(ann, cleo, as_user):
    past = live(ann, cleo, "past", **hours(-15 * 24, 24))
    proposed = as_user(ann).get(page_of(past, "copy")).context["form"].initial["starts_at"]
    assert proposed - past.starts_at == timedelta(days=21)
    coming = drafted(ann, "coming")
    assert as_user(ann).get(page_of(coming, "copy")).context["form"].initial["starts_at"] == coming.starts_at


def test_a_copy_shows_what_the_review_of_its_origin_concluded(ann, cleo, as_user, reviewed):
    first = live(ann, cleo, "first")
    second = copy(thing=first, code="second", actor=ann)
    third = copy(thing=second, code="third", actor=ann)
    assert "下次少放券" in as_user(ann).get(page_of(first, "copy")).content.decode()
    page = as_user(ann).get(page_of(third)).content.decode()
    assert "下次少放券" in page
    assert "What the review of 直减十元 concluded" in page
    assert "下次少放券" not in as_user(ann).get(page_of(drafted(ann, "alone"))).content.decode()


def test_an_approver_reaches_the_table_and_the_simulator_from_the_request(ann, cleo, as_user):
    flashed, asked = submitted(ann, "flash", kind="flash_sale", params={"prices": {"A": 9_000}})
    window = as_user(cleo)
    ways = window.get(f"{INBOX}{asked.pk}/change/").context["ways"]
    assert [way.url for way in ways] == [
        page_of(flashed, "goods"),
        "/admin/simulator/?activity=flash&draft=activity%3Aflash",
    ]
    table = window.get(ways[0].url).content.decode()
    assert 'id="pp-grid-reading"' in table
    assert 'id="pp-grid-save"' not in table
    assert window.get(ways[1].url).status_code == 200


def test_what_it_may_cost_is_always_said(ann, as_user):
    goods()
    window = as_user(ann)
    panel = window.post(PREVIEW, percentage(**{"stock.total": "50", "budget.amount": "5000"})).json()["panel"]
    assert "¥1,000" in panel
    assert "50 units of ¥20 each at worst: ¥1,000." in panel
    assert "Nothing limits it" in window.post(PREVIEW, percentage()).json()["panel"]
    assert "Known once the benefit is complete." in window.post(PREVIEW, percentage(name="")).json()["panel"]


def test_a_submission_refused_leads_to_what_is_wrong(ann, as_user):
    goods()
    activity = drafted(ann, **hours(-30, -20))
    page = as_user(ann).post(page_of(activity, "do", "submit")).content.decode()
    assert "Something must be put right first:" in page
    assert "<strong>Ends</strong> lies in the past" in page
    assert f'href="{page_of(activity)}#field=ends_at"' in page
    assert activity.status == "draft"
