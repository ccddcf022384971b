"""Lists: tabs, search by name, code and SKU, and a number of queries that does not grow with the rows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.activities.models import Activity
from apps.core.tabbed_list import EstimatingPaginator
from apps.coupons.models import ClaimCampaign, CouponTemplate
from apps.offers.models import PlacementRecord
from tests.activities.cast import approved, drafted, live, person, submitted
from tests.admin.typing import LIST

pytestmark = pytest.mark.django_db


def shown(client, query):
    return {activity.code for activity in client.get(f"{LIST}?{query}").context["cl"].result_list}


@pytest.fixture
def five(ann, ben, cleo):
    drafted(ann, "mine-draft")
    submitted(ben, "in-review")
    approved(ben, cleo, "later")
    live(ben, cleo, "now", scope={"mode": "include", "skus": ["A"]})
    ended = live(ben, cleo, "over")
    Activity.objects.filter(pk=ended.pk).update(
        status="ended", end_reason="expired", ended_at=ended.starts_at
    )


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", {"mine-draft", "in-review", "later", "now", "over"}),
        ("tab=mine", {"mine-draft"}),
        ("tab=in_review", {"in-review"}),
        ("tab=upcoming", {"later"}),
        ("tab=running", {"now"}),
        ("tab=ended", {"over"}),
        ("tab=nonsense", {"mine-draft", "in-review", "later", "now", "over"}),
        ("q=in-rev", {"in-review"}),
        ("q=A&tab=running", {"now"}),
        ("tab=running&q=later", set()),
        ("status__exact=draft", {"mine-draft"}),
    ],
)
def test_tabs_search_and_filters(ann, five, as_user, query, codes):
    assert shown(as_user(ann), query) == codes


def test_a_sku_finds_the_activities_that_name_it(ann, cleo, as_user):
    live(ann, cleo, "scoped", scope={"mode": "include", "skus": ["B"]})
    live(ann, cleo, "priced", kind="flash_sale", params={"prices": {"B": 5_000}})
    live(ann, cleo, "other", scope={"mode": "include", "skus": ["A"]})
    assert shown(as_user(ann), "q=B") == {"scoped", "priced"}


def queries(client, path):
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


@pytest.mark.parametrize("path", [LIST, "/admin/approvals/approvalrequest/?tab=pending", "/admin/"])
def test_the_number_of_queries_does_not_grow_with_the_rows(ann, ben, as_user, path):
    client = as_user(ann)
    submitted(ben, "first")
    client.get(path)
    few = queries(client, path)
    for number in range(12):
        submitted(ben, f"more-{number}")
    assert queries(client, path) == few


def test_a_long_list_is_estimated_and_a_short_one_counted(ann):
    for number in range(3):
        drafted(ann, f"a-{number}")
    assert EstimatingPaginator(Activity.objects.all(), 50).count == 3
    with CaptureQueriesContext(connection) as seen:
        assert EstimatingPaginator(Activity.objects.all(), 50).count == 3
    assert "LIMIT 10001" in seen[0]["sql"]


def test_templates_and_campaigns_have_lists_too(ann, as_user):
    client = as_user(ann)
    for model in (CouponTemplate, ClaimCampaign):
        path = f"/admin/coupons/{model._meta.model_name}/"
        for tab in ("", "mine", "in_review", "approved", "stopped", "upcoming", "running", "ended"):
            assert client.get(f"{path}?tab={tab}").status_code == 200


def test_an_empty_list_says_what_to_do_first_and_a_narrow_one_what_to_loosen(ann, as_user):
    client = as_user(ann)
    page = client.get(LIST).content.decode()
    assert "First make one: what, when and on which goods." in page
    assert "Nothing here fits" in client.get(f"{LIST}?tab=ended").content.decode()
    assert "Nothing here fits" in client.get(f"{LIST}?q=nothing").content.decode()


def test_the_way_to_a_list_says_each_word_once(ann, as_user):
    page = as_user(ann, "zh-hans").get(LIST).content.decode()
    header = page[: page.index("changelist-form")]
    titles = [part.split("<")[0].strip() for part in header.split('tracking-tight">')[1:]]
    assert titles.count("活动") == 1


def test_who_may_only_read_a_placement_reads_what_a_day_costs_as_money(as_user):
    PlacementRecord.objects.filter(code="popup").delete()
    popup = PlacementRecord.objects.create(
        code="popup", name_zh="弹窗", name_en="pop-up", cost_per_day_amount=8_050
    )
    page = (
        as_user(person("ana", "analyst"))
        .get(f"/admin/offers/placementrecord/{popup.pk}/change/")
        .content.decode()
    )
    assert "80.50" in page
    assert ">8050<" not in page


@pytest.mark.parametrize(
    ("language", "shown", "hidden"), [("en", "Flash sale", "秒杀"), ("zh-hans", "秒杀", "Flash sale")]
)
def test_kinds_to_filter_by_are_named_in_the_readers_language(ann, as_user, language, shown, hidden):
    ann.language = language
    ann.save()
    page = as_user(ann, language).get(LIST).content.decode()
    assert shown in page
    assert hidden not in page
