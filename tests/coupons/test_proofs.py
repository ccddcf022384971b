"""The audit queries over coupons: silent on a life that went well, loud about what was changed behind their back."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from apps.approvals.models import Notice
from apps.core.clock import database_now
from apps.coupons.chain import COUPON_LEDGER
from apps.coupons.lifecycle import Source
from apps.coupons.models import ClaimCampaign, Coupon, CouponTemplate
from apps.coupons.services.claiming import claim
from apps.coupons.services.closing import expire_coupons, void_coupons
from apps.coupons.services.issue import How, Wanted, draw_promise, issue
from apps.coupons.services.rewards import Reward
from apps.coupons.services.selling_out import tell_levels
from apps.coupons.tasks import seal_ledger, sell_out
from tests.coupons.world import a_campaign, a_template
from tests.orders_life.audit import broken

pytestmark = pytest.mark.django_db
GUARDS = ("coupons_coupon_guard", "coupons_couponentry_no_change")


@pytest.fixture(autouse=True)
def may_publish(settings):
    settings.ALLOW_PUBLISH = True


@pytest.fixture
def life():
    """Claims, a pack, a grant, a promise; one coupon void, one expired."""
    a_template(budget={"quantity": 3_000, "amount": 9_000_000})
    a_template("free", validity={"mode": "relative", "days": 1})
    a_campaign(per_customer=5, per_customer_per_day=5)
    items = [{"template": "ten-off", "quantity": 2}, {"template": "free", "quantity": 1}]
    a_campaign("pack", items=items, quantity=2_000, per_customer=3)
    with transaction.atomic():
        for number in range(4):
            claim(campaign="claim-1", customer=f"c{number % 2}")
            claim(campaign="pack", customer=f"c{number % 2}")
        grant = How(source=Source.LOTTERY)
        made = issue([Wanted("ten-off", "c1", 3)], grant, now=database_now())
        issue([Wanted("free", "c1")], grant, now=database_now() - timedelta(days=2))
        promise(Reward("offer", "ten-off", 2))
        assert void_coupons([made[0].id], actor_id=None, reason="wrong") == 1
        gone = Coupon.objects.filter(valid_until__lt=database_now()).values_list("pk", flat=True)
        assert expire_coupons(list(gone)) == 1


def promise(reward):
    """What an unpaid order holds."""
    from apps.coupons.models import RewardHold

    for one in draw_promise(
        [Wanted(reward.template, "c1", reward.quantity)], order_code="o1", now=database_now()
    ):
        RewardHold.objects.create(
            order_code="o1",
            offer=reward.offer,
            template=one.template,
            customer_code=one.customer,
            quantity=one.quantity,
            reserved_amount=one.reserved_amount,
            bucket=one.bucket,
        )


def test_nothing_is_found_of_a_life_that_went_well(life, capsys):
    assert broken() == []
    assert seal_ledger() == 1 + 8 + 8 + 3 + 1 + 1 + 1
    assert COUPON_LEDGER.head().number == 23
    call_command("audit")
    assert "coupons.budgets" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("statement", "proof"),
    [
        (
            "UPDATE coupons_templateallowance SET issued_quantity = issued_quantity + 1 WHERE bucket = 3",
            "ledger",
        ),
        (
            "UPDATE coupons_coupon SET bucket = bucket + 1 - 2 * (bucket % 2)"
            " WHERE id = (SELECT min(id) FROM coupons_coupon WHERE template = 'ten-off')",
            "budgets",
        ),
        (
            "UPDATE coupons_coupon SET reserved_amount = 999 WHERE state = 'unused' AND reserved_amount > 0",
            "lives",
        ),
        (
            "UPDATE coupons_campaignallowance SET claims = claims + 1, total = total + 1 WHERE bucket = 0",
            "claims",
        ),
        ("UPDATE coupons_campaignallowance SET total = total + 5000", "within"),
        ("UPDATE coupons_claimuse SET claims = claims - 1 WHERE day = ''", "uses"),
        (
            "UPDATE coupons_coupon SET state = 'held', order_code = 'o1' WHERE id ="
            " (SELECT min(id) FROM coupons_coupon WHERE state = 'unused')",
            "redemptions",
        ),
        ("DELETE FROM core_outboxevent WHERE topic = 'coupon.issued'", "events"),
        (
            "UPDATE coupons_coupon SET valid_until = now() - interval '2 hours' WHERE state = 'unused'",
            "expired",
        ),
        ("DELETE FROM coupons_couponentry WHERE event = 'void'", "chain"),
    ],
)
def test_each_thing_changed_behind_their_back_is_found(life, statement, proof):
    seal_ledger()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("coupons_coupon", "coupons_couponentry"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        cursor.execute(statement)
    assert f"coupons.{proof}" in {fault.partition(":")[0] for fault in broken()}


def test_the_claim_that_takes_the_last_ends_the_campaign():
    a_template()
    a_campaign(quantity=2)
    for customer in ("c1", "c2"):
        with transaction.atomic():
            claim(campaign="claim-1", customer=customer)
    campaign = ClaimCampaign.objects.get()
    assert (campaign.status, campaign.end_reason) == ("ended", "sold_out")
    assert broken() == []


def test_the_sweep_ends_what_nobody_saw_end():
    a_template()
    a_campaign(quantity=3)
    with transaction.atomic():
        claim(campaign="claim-1", customer="c1")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE coupons_campaignallowance SET claims = 3")
    assert sell_out() == 1
    assert sell_out() == 0
    assert ClaimCampaign.objects.get().end_reason == "sold_out"


def test_owners_hear_once_of_each_level_of_a_budget(ann):
    a_template(budget={"quantity": 10})
    CouponTemplate.objects.update(owner=ann)

    def give(number):
        with transaction.atomic():
            issue([Wanted("ten-off", "c1", number)], How(source=Source.LOTTERY), now=database_now())
        return tell_levels(), tell_levels()

    assert [give(4), give(1), give(1), give(3), give(1)] == [(0, 0), (1, 0), (0, 0), (1, 0), (1, 0)]
    levels = [notice.params["level"] for notice in Notice.objects.order_by("id")]
    assert levels == [50, 80, 95]
    a_template(budget={"quantity": 100})
    assert give(1) == (0, 0)
