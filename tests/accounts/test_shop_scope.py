"""Two shops over every page of the admin: a person of one sees neither rows nor pages of the other."""

import pytest
from django.contrib import admin
from django.urls import NoReverseMatch, reverse

from apps.accounts.scope import (
    REACH,
    AboutGoods,
    Closed,
    Everybodys,
    OfShop,
    Personal,
    Sold,
    Through,
    shops_of,
)
from apps.core.clock import database_now
from apps.core.roles import Role
from apps.impact.models.alerts import AlertGood
from tests.accounts.shops import FOREIGN, OWN, PLATFORM, ROWS, clerk, made, open_shops

pytestmark = pytest.mark.django_db

MODELS = {model._meta.label_lower: model for model in admin.site._registry}
NARROWED = sorted(
    label for label in MODELS if isinstance(REACH.get(label), OfShop | Through | Sold | AboutGoods)
)
CLOSED = sorted(label for label in MODELS if isinstance(REACH.get(label), Closed))
COMMON = sorted(label for label in MODELS if isinstance(REACH.get(label), Everybodys))
#: the platform's rows of these are hidden, too
NO_PLATFORM = {"impact.alert", "approvals.approvalrequest", "catalog.shop", "orders.order"}


@pytest.fixture(autouse=True)
def shops(db, settings):
    settings.ALLOW_PUBLISH = True
    open_shops()


def listing(label):
    return reverse(f"admin:{label.replace('.', '_')}_changelist")


def page(row):
    return reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_change", args=[row.pk])


def test_every_list_says_how_it_belongs_to_shops():
    assert {label for label in MODELS if label not in REACH} == set()


def test_every_table_of_shops_has_rows_in_this_matrix():
    assert set(NARROWED) == set(ROWS)


@pytest.mark.parametrize("label", NARROWED)
def test_only_rows_of_the_own_shop_and_the_platform_are_seen(label, as_user):
    own, foreign, platform = (made(label, shop) for shop in (OWN, FOREIGN, PLATFORM))
    limited = as_user(clerk())
    shown = limited.get(listing(label), {"tab": "pending"} if "approval" in label else {})
    seen = set(shown.context["cl"].result_list)
    assert own in seen
    assert foreign not in seen
    assert (platform in seen) is (label not in NO_PLATFORM)
    assert limited.get(page(own)).status_code == 200
    assert limited.get(page(foreign)).status_code == 404
    if platform is not None:
        assert limited.get(page(platform)).status_code == (404 if label in NO_PLATFORM else 200)


@pytest.mark.parametrize("label", NARROWED)
def test_somebody_of_all_shops_sees_all(label, as_user):
    rows = {row for shop in (OWN, FOREIGN, PLATFORM) if (row := made(label, shop)) is not None}
    everybody = clerk("all")
    everybody.shops = []
    everybody.save()
    shown = as_user(everybody).get(listing(label), {"tab": "pending"} if "approval" in label else {})
    assert rows <= set(shown.context["cl"].result_list)


@pytest.mark.parametrize("label", NARROWED)
def test_every_further_page_of_a_foreign_row_is_not_there(label, as_user):
    """Whatever addresses with one key a ModelAdmin has: those of a row that one may not see answer 404."""
    foreign = made(label, FOREIGN)
    limited = as_user(clerk())
    names = {pattern.name for pattern in admin.site._registry[MODELS[label]].get_urls() if pattern.name}
    for name in sorted(names):
        for key in (foreign.pk, getattr(foreign, "code", foreign.pk)):
            try:
                address = reverse(f"admin:{name}", args=[key])
            except NoReverseMatch:
                continue
            if name == "orders_customer":  # a customer is nobody's; what stands on the page is narrowed
                continue
            assert limited.get(address).status_code in (403, 404, 405), address


@pytest.mark.parametrize("label", CLOSED)
def test_what_tells_of_all_shops_is_closed_to_people_of_one(label, as_user):
    assert as_user(clerk()).get(listing(label)).status_code == 403


@pytest.mark.parametrize("label", COMMON)
def test_what_belongs_to_no_shop_is_read_and_not_written_by_people_of_one(label, as_user):
    limited = as_user(clerk())
    assert limited.get(listing(label), follow=True).status_code == 200
    assert limited.get(reverse(f"admin:{label.replace('.', '_')}_add")).status_code == 403


def test_an_alert_shows_people_of_one_shop_their_own_goods_only(as_user):
    shared = made("impact.alert", OWN)
    AlertGood.objects.create(alert=shared, sku=f"sku-{FOREIGN}", amount=1, units=1, as_of=database_now())
    limited, everybody = clerk(), clerk("wang")
    everybody.shops = []
    everybody.save()
    for user, goods in ((limited, [f"sku-{OWN}"]), (everybody, [f"sku-{OWN}", f"sku-{FOREIGN}"])):
        client = as_user(user)
        shown = client.get(page(shared)).context
        assert sorted(one.good.sku for one in shown["goods"]) == goods
        assert (shown["form"] is None) is (user == limited)
        assert [row.goods for row in client.get("/admin/impact/alert/rows/").context["alert_rows"]] == [
            len(goods)
        ]
        assert [row.n_goods for row in client.get(listing("impact.alert")).context["cl"].result_list] == [
            len(goods)
        ]


def test_personal_rows_are_of_the_person():
    assert {label for label in MODELS if isinstance(REACH[label], Personal)} >= {"approvals.notice"}


def test_roles_leave_people_of_one_shop_no_right_over_what_is_everybodys():
    limited, everybody = clerk("li", Role.OPERATOR), clerk("wang", Role.OPERATOR)
    everybody.shops = []
    both = {name: (limited.has_perm(name), everybody.has_perm(name)) for name in RIGHTS}
    assert both == RIGHTS


RIGHTS = {
    "activities.change_activity": (True, True),
    "activities.view_event": (True, True),
    "activities.change_event": (False, True),
    "audiences.change_audience": (False, True),
    "catalog.change_brand": (False, True),
    "catalog.change_sku": (True, True),
    "risk.submit_rule": (False, True),
    "risk.view_decision": (False, True),
    "impact.view_alert": (True, True),
    "impact.close_alert": (False, True),
    "impact.run_patrol": (False, True),
    "coupons.add_coupontemplate": (True, True),
}


def test_nobody_of_all_shops_is_asked_anything():
    assert shops_of(clerk()) == {OWN}
    assert shops_of(None) is None
