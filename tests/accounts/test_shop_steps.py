"""Steps by people of one shop: taken on what is theirs, refused on the rest, which stays as it was."""

import pytest

from apps.activities import services
from apps.activities.models import Activity
from apps.approvals import services as approvals
from apps.approvals.models import ApprovalRequest, Notice
from apps.catalog.models import Sku
from apps.catalog.services import save_sku
from apps.core.errors import DomainError, Forbidden
from apps.core.models import AuditEntry
from apps.core.roles import Role
from apps.coupons.models import ClaimCampaign, CouponTemplate
from apps.coupons.services import create_draft
from apps.coupons.services.codes.drafting import Wish, draft_batch
from apps.orders.services import by_people
from apps.reporting.watch import ladder
from tests.accounts.shops import (
    FOREIGN,
    FULL,
    OWN,
    PLATFORM,
    activity,
    clerk,
    coupon,
    live_activity,
    open_shops,
    order,
    request,
    template,
)
from tests.activities.cast import document, person, picture
from tests.coupons.world import campaign_document, template_document

pytestmark = pytest.mark.django_db
STACK = {"layer": "shop", "kind": "threshold", "params": FULL, "stock": {}}


@pytest.fixture(autouse=True)
def shops(db, settings):
    settings.ALLOW_PUBLISH = True
    open_shops()


@pytest.fixture
def li():
    return clerk("li", Role.OPERATOR)


def save(thing, actor):
    content = {**thing.open_version().content, "name": "别名"}
    services.save_draft(thing=thing, content=content, actor=actor, seen_revision=1)


DRAFT_STEPS = {"save": save, "submit": lambda thing, actor: services.submit(thing=thing, actor=actor)}
LIVE_STEPS = {
    "revise": lambda thing, actor: services.revise(thing=thing, actor=actor),
    "pause": lambda thing, actor: services.pause(thing=thing, actor=actor, reason="x"),
    "stop_skus": lambda thing, actor: services.stop_skus(
        activity=thing, skus=["sku-s1"], actor=actor, reason="x"
    ),
    "revoke": lambda thing, actor: services.request_revocation(thing=thing, actor=actor, reason="x"),
}


@pytest.mark.parametrize("step", list(DRAFT_STEPS))
def test_drafts_of_others_stay_as_they_are(li, step):
    for shop in (FOREIGN, PLATFORM):
        thing = activity(shop)
        before = picture(thing)
        with pytest.raises(Forbidden):
            DRAFT_STEPS[step](thing, li)
        assert picture(thing) == before
    own = activity(OWN)
    before = picture(own)
    DRAFT_STEPS[step](own, li)
    assert picture(own) != before


@pytest.mark.parametrize("step", list(LIVE_STEPS))
def test_what_others_run_goes_on(li, step):
    for shop in (FOREIGN, PLATFORM):
        thing = live_activity(shop)
        before = picture(thing)
        with pytest.raises(Forbidden):
            LIVE_STEPS[step](thing, li)
        assert picture(thing) == before
    own = live_activity(OWN)
    before = picture(own)
    LIVE_STEPS[step](own, li)
    assert picture(own) != before


@pytest.mark.parametrize("shop", [FOREIGN, None])
def test_nothing_new_is_made_for_others(li, shop):
    log = AuditEntry.objects.count()
    whose = {**STACK, "shop": shop} if shop else {"layer": "platform", "kind": "threshold", "params": FULL}
    with pytest.raises(DomainError) as refused:
        services.create_draft(model=Activity, content=document("new", **{"stock": {}, **whose}), actor=li)
    assert (refused.value.code, refused.value.field) == ("other_shop", "shop")
    with pytest.raises(DomainError) as refused:
        create_draft(
            model=CouponTemplate, content=template_document("t", issuer=shop or "platform"), actor=li
        )
    assert (refused.value.code, refused.value.field) == ("other_shop", "issuer")
    assert AuditEntry.objects.count() == log
    made = services.create_draft(model=Activity, content=document("mine", **STACK, shop=OWN), actor=li)
    assert (made.shop_code, made.owner) == (OWN, li)


def test_a_draft_does_not_move_to_another_shop(li):
    own = activity(OWN)
    before = picture(own)
    content = {**own.open_version().content, "shop": FOREIGN}
    with pytest.raises(DomainError, match=r"choose one of s1\."):
        services.save_draft(thing=own, content=content, actor=li, seen_revision=1)
    assert picture(own) == before


def test_a_campaign_belongs_to_the_shop_of_its_coupons(li):
    for shop in (FOREIGN, PLATFORM):
        content = campaign_document(f"c-{shop}", template=template(shop).code)
        with pytest.raises(DomainError) as refused:
            create_draft(model=ClaimCampaign, content=content, actor=li)
        assert (refused.value.code, refused.value.field) == ("other_shop", "items")
    mine = create_draft(
        model=ClaimCampaign, content=campaign_document("c", template=template(OWN).code), actor=li
    )
    assert mine.shop_code == OWN
    both = [{"template": f"tpl-{shop}", "quantity": 1} for shop in (OWN, FOREIGN)]
    mixed = create_draft(model=ClaimCampaign, content=campaign_document("m", items=both), actor=None)
    assert mixed.shop_code == PLATFORM


def test_codes_only_of_own_coupons(li):
    for shop in (FOREIGN, PLATFORM):
        with pytest.raises(DomainError) as refused:
            draft_batch(code="b", wish=Wish(name="码", template=template(shop).code, quantity=1), actor=li)
        assert refused.value.code == "other_shop"
    made = draft_batch(code="b", wish=Wish(name="码", template=template(OWN).code, quantity=1), actor=li)
    assert made.template == "tpl-s1"


def test_an_approver_of_one_shop_decides_its_requests_only():
    zhou, everybody = clerk("zhou", Role.APPROVER), person("wu", "approver")
    foreign, own = request(FOREIGN), request(OWN)
    with pytest.raises(Forbidden):
        approvals.approve(request=foreign, actor=zhou, seen_hash=foreign.content_hash)
    assert ApprovalRequest.objects.get(pk=foreign.pk).state == "pending"
    assert set(Notice.objects.values_list("user__username", "request__shop_code")) == {
        ("wu", FOREIGN),
        ("wu", OWN),
        ("zhou", OWN),
    }
    approvals.approve(request=own, actor=zhou, seen_hash=own.content_hash)
    approvals.approve(request=foreign, actor=everybody, seen_hash=foreign.content_hash)


def test_the_ladder_stops_what_is_theirs(li):
    for shop in (OWN, FOREIGN, PLATFORM):
        live_activity(shop)
        template(shop)
    with pytest.raises(DomainError, match=r"nothing left to stop"):
        ladder.pause_shop(shop=FOREIGN, actor=li, reason="x")
    assert ladder.pause_shop(shop=OWN, actor=li, reason="x") == 1
    assert ladder.stop_all_coupons(actor=li, reason="x") == 1
    stopped = CouponTemplate.objects.filter(status="stopped").values_list("code", flat=True)
    assert list(stopped) == ["tpl-s1"]
    assert sorted(Activity.objects.filter(status="paused").values_list("code", flat=True)) == ["live-s1"]


def test_goods_of_others_keep_their_price(li):
    for shop in (FOREIGN, PLATFORM):
        sku = Sku.objects.get(pk=f"sku-{shop or 0}")
        sku.price_amount = 1
        with pytest.raises(Forbidden):
            save_sku(entry=sku, actor=li)
        assert Sku.objects.get(pk=sku.pk).price_amount == 10_000
    own = Sku.objects.get(pk="sku-s1")
    own.shop_id = FOREIGN
    with pytest.raises(DomainError) as refused:
        save_sku(entry=own, actor=li)
    assert (refused.value.code, refused.value.field) == ("other_shop", "shop")
    own.shop_id, own.price_amount = OWN, 9_000
    save_sku(entry=own, actor=li)
    assert Sku.objects.get(pk="sku-s1").price_amount == 9_000


def test_orders_of_others_are_not_cancelled():
    he = clerk("he", Role.CUSTOMER_SERVICE)
    for shop in (FOREIGN, PLATFORM):
        with pytest.raises(Forbidden):
            by_people.cancel(order=order(shop), actor=he, reason="x")
    assert by_people.cancel(order=order(OWN), actor=he, reason="x")["state"] == "cancelled"


def test_look_ups_and_pages_of_several_things_leave_others_out(li, as_user):
    for shop in (OWN, FOREIGN, PLATFORM):
        live_activity(shop)
        coupon(shop)
    limited = as_user(clerk("all-roles"))
    found = limited.get("/admin/activities/activity/pick/sku/").json()
    assert [one["code"] for one in found] == ["sku-0", "sku-s1"]
    assert [one["code"] for one in limited.get("/admin/activities/activity/pick/shop/").json()] == [OWN]
    board = limited.get("/admin/watch/rows/").context["board"]
    rows = {row.activity.code: bool(row.doings) for row in board.rows}
    assert rows == {"live-": False, "live-s1": True}
    wallet = limited.get("/admin/orders/order/customer/c1/").context["wallet"]
    assert {held.coupon.code for held in wallet} == {"coupon-", "coupon-s1"}
    for code in ("live-s2", "nothing"):
        assert limited.get(f"/admin/orders/order/live/{code}/").status_code == 404
        assert limited.get(f"/admin/watch/stop/activity/?code={code}").status_code == 404
    assert limited.get("/admin/watch/stop/shop/?shop=s2").status_code == 404
    assert limited.get("/admin/watch/stop/shop/?shop=").status_code == 404
    assert limited.get("/admin/watch/stop/shop/?shop=s1").status_code == 200


def test_new_things_begin_in_the_own_shop(li, as_user):
    limited = as_user(li)
    activities = limited.get("/admin/activities/activity/add/?kind=threshold").context["form"]
    assert list(activities.fields["shop"].choices) == [(OWN, "一店")]
    assert activities.content["shop"] == OWN
    templates = limited.get("/admin/coupons/coupontemplate/add/").context["form"]
    assert list(templates.fields["issuer"].choices) == [(OWN, "一店")]
    home = limited.get("/admin/").context
    assert "flash_sale" not in {kind["url"].partition("=")[2] for kind in home["kinds"]}
    assert {kind["url"].partition("=")[2] for kind in home["kinds"]} >= {"threshold"}
