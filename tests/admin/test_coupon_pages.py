"""Pages about coupons: how budgets and campaigns stand, the claim centre, a customer: by role, in exact numbers."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.audiences.services import upsert_customers
from apps.catalog.services import set_portal
from apps.core.clock import database_now
from apps.core.errors import Refused
from apps.core.refusals import kept_refusals
from apps.coupons.lifecycle import Source
from apps.coupons.models import ClaimAttempt, Coupon, CouponTemplate
from apps.coupons.services.claiming import claim
from apps.coupons.services.issue import How, Wanted, issue
from apps.coupons.standing import campaign_standing, standing_of, where_it_went
from tests.activities.cast import person
from tests.coupons.world import a_campaign, a_template, in_hours

pytestmark = pytest.mark.django_db
ROLES = ("operator", "approver", "analyst", "auditor", "customer_service", "administrator")
READERS = frozenset(ROLES) - {"administrator"}
CENTRE = "/admin/coupons/claimcampaign/centre/"
CUSTOMER = "/admin/orders/order/customer/c1/"


@pytest.fixture(autouse=True)
def portal(settings):
    settings.ALLOW_PUBLISH = True
    settings.PREVIEW_CLAIMS = True
    set_portal(currency="CNY", selection="best", actor="test")
    upsert_customers(actor="test", rows=[{"id": "c1", "member_level": 2}, {"id": "c2"}])


@pytest.fixture
def somebody(as_user):
    return lambda role: as_user(person(f"new-{role}", role))


def give(template, customer, quantity=1):
    with transaction.atomic():
        how = How(source=Source.MEMBERSHIP, reason="gift")
        return issue([Wanted(template, customer, quantity)], how, now=database_now())


def take(customer, campaign="claim-1"):
    with transaction.atomic():
        return claim(campaign=campaign, customer=customer)


def refused(customer, campaign="claim-1"):
    with pytest.raises(Refused) as error, kept_refusals(), transaction.atomic():
        claim(campaign=campaign, customer=customer)
    return error.value.code


def text_of(answer):
    return " ".join(answer.content.decode().split())


# Budgets


def test_a_budget_says_what_is_spent_reserved_and_left():
    a_template(budget={"amount": 10_000, "quantity": 20})
    a_campaign(per_customer=1)
    give("ten-off", "c1", 2)
    take("c2")
    standing = standing_of("ten-off")
    assert (standing.reserved_amount, standing.spent_amount, standing.left_amount) == (3_000, 0, 7_000)
    assert (standing.issued, standing.left_quantity, standing.reserved_percent) == (3, 17, 30)
    went = [(one.source, one.origin, one.issued, one.unused) for one in where_it_went("ten-off")]
    assert went == [("membership", "", 2, 2), ("claim", "claim-1", 1, 1)]


def test_a_templates_page_shows_its_bars_and_where_coupons_went(somebody):
    template = a_template(budget={"amount": 10_000, "quantity": 20})
    campaign = a_campaign()
    take("c2")
    page = text_of(somebody("analyst").get(f"/admin/coupons/coupontemplate/{template.pk}/change/"))
    assert '<strong class="pp-is-held" id="pp-reserved">¥10</strong>' in page
    assert '<strong id="pp-left">¥90</strong>' in page
    assert (
        f'<a class="pp-link" href="/admin/coupons/claimcampaign/{campaign.pk}/change/">双11领券</a>' in page
    )


def test_a_template_that_gave_nothing_shows_what_is_planned(somebody):
    template = a_template(budget={"amount": 10_000})
    page = text_of(somebody("analyst").get(f"/admin/coupons/coupontemplate/{template.pk}/change/"))
    assert '<strong id="pp-left">¥100</strong>' in page


def test_the_list_costs_the_same_however_many_templates_there_are(somebody):
    client = somebody("operator")
    counts = []
    for codes in (("a1",), ("a2", "a3", "a4", "a5")):
        for code in codes:
            a_template(code, budget={"amount": 10_000, "quantity": 20})
            give(code, "c1")
        client.get("/admin/coupons/coupontemplate/")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = text_of(client.get("/admin/coupons/coupontemplate/"))
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert page.count("1 of 20 coupons") == 5


def test_the_editor_says_what_a_template_may_cost(somebody):
    client = somebody("operator")
    a_template(budget={"amount": 3_000, "quantity": 20})
    template = CouponTemplate.objects.get()
    page = text_of(client.get(f"/admin/coupons/coupontemplate/{template.pk}/change/"))
    assert "Each coupon costs ¥10 at worst." in page
    assert "20 coupons: ¥200." in page
    assert "The money is enough for 3 coupons." in page
    assert "The money ends before the number of coupons does." in page
    assert '<div class="pp-price-big">¥30</div>' in page


# Campaigns


def test_a_campaign_stands_slot_by_slot():
    a_template()
    now = database_now()
    releases = [
        {"at": (now - timedelta(minutes=30)).isoformat(), "quantity": 3},
        {"at": in_hours(1), "quantity": 97},
    ]
    a_campaign(releases=releases, per_customer=1)
    take("c1")
    take("c2")
    assert refused("c2") == "limit_reached"
    take("c3")
    assert refused("c4") == "sold_out"
    standing = campaign_standing("claim-1")
    slots = [(one.released, one.claimed, one.open_left, one.state) for one in standing.slots]
    assert slots == [(3, 3, 0, "now"), (97, 0, 0, "coming")]
    assert sorted(standing.refusals) == [("limit_reached", 1), ("sold_out", 1)]
    assert standing.short == []


def test_a_campaign_that_announces_more_than_there_is_says_so(somebody):
    a_template(budget={"quantity": 40})
    campaign = a_campaign(quantity=100)
    page = text_of(somebody("operator").get(f"/admin/coupons/claimcampaign/{campaign.pk}/change/"))
    assert "It still announces 100 coupons of 满100减10券, but their budget gives 40 only." in page
    assert "100 claims of ¥10 each at worst." in page


# The claim centre


@pytest.mark.parametrize("role", ROLES)
def test_who_sees_the_claim_centre(somebody, role):
    a_template()
    a_campaign()
    client, status = somebody(role), 200 if role in READERS else 403
    assert client.get(CENTRE).status_code == status
    assert client.get(f"{CENTRE}cards/?customer=c1").status_code == status


@pytest.mark.parametrize("role", ROLES)
def test_who_claims_in_the_preview(somebody, role):
    a_template()
    a_campaign()
    client, may = somebody(role), role == "operator"
    answer = client.post(f"{CENTRE}claim/", {"campaign": "claim-1", "customer": "test-1"})
    assert answer.status_code == (302 if may else 403)
    assert Coupon.objects.filter(customer_code="test-1", source="claim").count() == may


@pytest.mark.parametrize(("customer", "allowed"), [("c1", True), ("test-1", False)])
def test_nobody_claims_for_real_customers_or_where_it_is_switched_off(somebody, settings, customer, allowed):
    settings.PREVIEW_CLAIMS = allowed
    a_template()
    a_campaign()
    answer = somebody("operator").post(f"{CENTRE}claim/", {"campaign": "claim-1", "customer": customer})
    assert answer.status_code == 403
    assert Coupon.objects.count() == 0


def test_a_card_says_what_its_customer_would_be_told(somebody):
    a_template()
    a_campaign(quantity=1, per_customer=1, targeting={"member_levels": [2]})
    client = somebody("operator")
    assert '<span class="pp-claim" data-open="yes">Claim</span>' in text_of(client.get(f"{CENTRE}cards/"))
    assert "another member level only" in text_of(client.get(f"{CENTRE}cards/?customer=c2"))
    take("c1")
    page = text_of(client.get(f"{CENTRE}cards/?customer=c1"))
    assert '<span class="pp-claim" data-open="no">All taken</span>' in page
    assert '<strong data-number="claims">1</strong> claimed of 1 released, 1 in all' in page


def test_the_centre_costs_two_statements_however_many_campaigns_there_are(somebody):
    client = somebody("operator")
    a_template()
    counts = []
    for codes in (("x1",), ("x2", "x3", "x4")):
        for code in codes:
            a_campaign(code)
        client.get(f"{CENTRE}cards/?customer=c1")
        with CaptureQueriesContext(connection) as queries:
            page = text_of(client.get(f"{CENTRE}cards/?customer=c1"))
        counts.append(len([one for one in queries if "coupons_" in one["sql"]]))
    assert counts == [2, 2]
    assert page.count("<article") == 4


# The customer


@pytest.mark.parametrize("role", ROLES)
def test_who_looks_a_customer_up(somebody, role):
    a_template()
    give("ten-off", "c1")
    answer = somebody(role).get(CUSTOMER)
    assert answer.status_code == (200 if role in READERS else 403)
    if role in READERS:
        page = text_of(answer)
        assert ('data-doing="compensate"' in page) == (role == "customer_service")
        assert ('data-doing="void"' in page) == (role in {"customer_service", "operator"})
        assert ('id="pp-quota"' in page) == (role == "customer_service")


def test_a_wallet_says_where_each_coupon_came_from_and_its_life(somebody):
    a_template()
    campaign = a_campaign(per_customer=1)
    take("c1")
    give("ten-off", "c1")
    assert refused("c1") == "limit_reached"
    page = text_of(somebody("customer_service").get(CUSTOMER))
    assert page.count('data-state="unused"') == 2
    assert (
        f'<a class="pp-link" href="/admin/coupons/claimcampaign/{campaign.pk}/change/">双11领券</a>' in page
    )
    assert page.count("<strong>Issued</strong>") == 2
    assert "· gift</li>" in page
    assert "The customer had as many as one may have." in page
    used = text_of(somebody("auditor").get(f"{CUSTOMER}?state=used"))
    assert 'data-state="unused"' not in used
    assert "No coupons." in used


def test_a_coupons_page_tells_money_and_writes_codes_as_they_are(somebody):
    a_template(budget={"amount": 100_000, "quantity": 10})
    give("ten-off", "c1")
    coupon = Coupon.objects.get()
    page = text_of(somebody("auditor").get(f"/admin/coupons/coupon/{coupon.pk}/change/"))
    assert "¥10" in page
    assert ">1000<" not in page
    assert f"> {coupon.code} <" in page  # where one is, at the top


def test_a_wallet_costs_the_same_however_many_coupons_are_in_it(somebody):
    a_template()
    client = somebody("customer_service")
    counts = []
    for quantity in (1, 9):
        give("ten-off", "c1", quantity)
        ClaimAttempt.objects.create(customer_code="c1", source="claim", origin="x", reason="sold_out")
        client.get(CUSTOMER)
        with CaptureQueriesContext(connection) as queries:
            client.get(CUSTOMER)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_nobody_of_that_name(somebody):
    assert somebody("customer_service").get("/admin/orders/order/customer/nobody/").status_code == 404


@pytest.mark.parametrize("role", ROLES)
def test_the_search_finds_a_customer(somebody, role):
    page = text_of(somebody(role).get("/admin/search/?s=C1&extended=1"))
    assert (CUSTOMER in page) == (role in READERS)
