"""The stop ladder: each rung by one person at once, its effect told before, its way back only by approval."""

from typing import Any

import pytest

from apps.activities.models import Activity, ActivityStop
from apps.approvals import services as approvals
from apps.core.errors import DomainError, Forbidden
from apps.core.models import AuditEntry
from apps.coupons.models import CouponTemplate
from apps.coupons.services import request_resume_issuing
from apps.offers.models import BookChange
from apps.offers.versions import running
from apps.reporting.watch import ladder
from tests.activities.cast import person
from tests.orders_life.shop import Shop
from tests.storefront import fair

pytestmark = pytest.mark.usefixtures("shop_fair")


def template(code: str) -> CouponTemplate:
    return fair.publish(
        {
            "code": code,
            "name": code,
            "issuer": "platform",
            "kind": "threshold",
            "params": {"metric": "amount", "tiers": [{"at": 10_000, "benefit": {"amount_off": 500}}]},
            "validity": {"mode": "relative", "days": 7},
        },
        CouponTemplate,
    )


def price(shop: Shop, sku: str) -> int:
    body = {"currency": "CNY", "lines": [{"line": "1", "sku": sku, "quantity": 1}]}
    return Shop.post(shop, "quotes", body, idempotency=None).json()["payable_total"]


def facts() -> tuple[Any, ...]:
    """Everything that a refused stop must leave as it was."""
    return (
        sorted(Activity.objects.values_list("code", "status")),
        sorted(CouponTemplate.objects.values_list("code", "status")),
        ActivityStop.objects.count(),
        AuditEntry.objects.count(),
        BookChange.objects.count(),
    )


def stop(client: Any, path: str, **answers: Any) -> Any:
    return client.post(f"/admin/watch/stop/{path}", answers)


def effects(client: Any, path: str) -> list[str]:
    return client.get(f"/admin/watch/stop/{path}").context["target"].effects


def test_pausing_says_who_keeps_the_price_and_does_it(shop: Shop, window: Any) -> None:
    """Given two unpaid orders, then the page says so; paused, others pay the list price and they can pay theirs."""
    fair.publish(fair.flash("f", 6_000))
    shop.held("o1")
    shop.held("o2")
    sam = window("sam", "operator")
    assert effects(sam, "activity/?code=f") == [
        "Original prices are back at once.",
        "2 orders placed and not yet paid keep their promotion price.",
        "Only another person's approval undoes it.",
    ]
    assert price(shop, "A") == 6_000
    answer = stop(sam, "activity/?code=f", reason="wrong price")
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    assert price(shop, "A") == 10_000
    assert shop.pay("o1").json()["payable_total"] == 6_000
    entry = AuditEntry.objects.get(action="activity.pause")
    assert (entry.actor, entry.reason) == ("user:sam", "wrong price")


def test_one_sku_of_an_activity(shop: Shop, window: Any) -> None:
    fair.publish(fair.flash("f", 0, params={"prices": {"A": 6_000, "B": 1_600}}, scope=_both()))
    shop.held("o1", 1)
    sam = window("sam", "operator")
    page = sam.get("/admin/watch/stop/skus/?code=f")
    assert page.context["form"].fields["ticked"].choices == [
        ("A", "A Runner (unpaid orders: 1)"),
        ("B", "B Sock"),
    ]
    assert stop(sam, "skus/?code=f", ticked=["A"], reason="x").status_code == 302
    assert (price(shop, "A"), price(shop, "B")) == (10_000, 1_600)


def _both() -> dict[str, Any]:
    return {"mode": "include", "skus": ["A", "B"]}


@pytest.mark.parametrize(("answers", "field"), [({"reason": " "}, "reason"), ({"reason": "x"}, "ticked")])
def test_no_stop_without_a_reason_or_a_sku(
    shop: Shop, window: Any, answers: dict[str, str], field: str
) -> None:
    fair.publish(fair.flash("f", 0, params={"prices": {"A": 6_000, "B": 1_600}}, scope=_both()))
    sam = window("sam", "operator")
    before = facts()
    if field == "reason":
        answers = {**answers, "ticked": "A"}
    answer = stop(sam, "skus/?code=f", **answers)
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, [field])
    assert facts() == before


def test_a_sku_of_somewhere_else_is_a_slip(shop: Shop) -> None:
    fair.publish(fair.flash("f", 6_000))
    from django.test import RequestFactory

    from apps.reporting.watch.rungs import RUNGS

    request = RequestFactory().get("/", {"code": "f"})
    request.user = person("sam", "operator")
    target = RUNGS["skus"].read(request)
    assert target is not None
    before = facts()
    with pytest.raises(DomainError) as error:
        target.run(request.user, "x", {"skus": ["Z"]})
    assert (error.value.code, facts()) == ("not_in_scope", before)


def test_one_sku_out_of_everything(shop: Shop, window: Any) -> None:
    """Given A in two activities by name and by shop, Z in a third, when A is stopped, then Z's goes on."""
    fair.publish(fair.flash("f", 6_000))
    fair.publish(fair.activity("full"))
    fair.publish(fair.flash("z", 4_000, scope={"mode": "include", "skus": ["Z"]}))
    shop.held("o1")
    sam = window("sam", "operator")
    assert effects(sam, "sku/?sku=A")[:2] == [
        "It is back at its original price at once, in every activity that reaches it: f, full.",
        "1 order placed and not yet paid keeps its promotion price.",
    ]
    assert stop(sam, "sku/?sku=A", reason="mispriced").status_code == 302
    assert (price(shop, "A"), price(shop, "Z")) == (10_000, 4_000)
    assert sorted(ActivityStop.objects.values_list("activity__code", "sku")) == [("f", "A"), ("full", "A")]
    assert AuditEntry.objects.get(action="watch.stop_sku").after == {"stopped": 2}
    before = facts()
    with pytest.raises(DomainError, match="nothing left"):
        ladder.stop_sku(sku="A", actor=person("ann", "operator"), reason="again")
    assert facts() == before


def test_all_activities_of_a_shop(shop: Shop, window: Any) -> None:
    """Running and coming ones of S1 are paused; S2's and the platform's go on; resuming needs another person."""
    fair.publish(fair.activity("one"))
    fair.publish(fair.activity("later", starts_at="2029-01-01T00:00:00+08:00"))
    fair.publish(fair.activity("other", shop="S2"))
    fair.publish(fair.flash("f", 6_000))
    sam = window("sam", "operator")
    chosen = sam.get("/admin/watch/stop/shop/").context["shops"]
    assert [(one["code"], one["n"]) for one in chosen] == [("S1", 2), ("", 1), ("S2", 1)]
    assert effects(sam, "shop/?shop=S1")[:2] == [
        "Running activities that are paused, with original prices back at once: 1.",
        "Approved ones that have not started and are paused, too: 1.",
    ]
    assert stop(sam, "shop/?shop=S1", reason="shop closed").status_code == 302
    assert dict(Activity.objects.values_list("code", "status")) == {
        "one": "paused",
        "later": "paused",
        "other": "live",
        "f": "live",
    }
    entry = AuditEntry.objects.get(action="watch.pause_shop")
    assert (entry.subject_code, entry.after, entry.reason) == ("S1", {"stopped": 2}, "shop closed")
    sam_user, one = _operator(), Activity.objects.get(code="one")
    with pytest.raises(Forbidden):
        running.resume(thing=one, actor=sam_user)
    running.resume(thing=one, actor=person("bob", "approver"))
    assert Activity.objects.get(code="one").status == "live"


def test_all_coupons(window: Any) -> None:
    """停发全部券: every template stops issuing; back only one by one and by somebody else."""
    template("t1")
    template("t2")
    sam = window("sam", "operator")
    told = effects(sam, "coupons/")
    assert told[0] == "No claims, codes, grants, pushes or rewards from now on; templates stopped: 2."
    assert told[2] == "Coupons that customers have still work."
    assert stop(sam, "coupons/", reason="leak").status_code == 302
    assert set(CouponTemplate.objects.values_list("status", flat=True)) == {"stopped"}
    assert AuditEntry.objects.get(action="watch.stop_coupons").after == {"stopped": 2}
    assert AuditEntry.objects.filter(action="template.stop_issuing", reason="leak").count() == 2
    sam_user, one = _operator(), CouponTemplate.objects.get(code="t1")
    request = request_resume_issuing(template=one, actor=sam_user)
    with pytest.raises(Forbidden):
        approvals.approve(request=request, actor=sam_user, seen_hash=request.content_hash)
    approvals.approve(request=request, actor=person("bob", "approver"), seen_hash=request.content_hash)
    assert sorted(CouponTemplate.objects.values_list("code", "status")) == [
        ("t1", "approved"),
        ("t2", "stopped"),
    ]


@pytest.mark.parametrize(
    "path", ["activity/?code=f", "skus/?code=f", "sku/?sku=A", "shop/?shop=S1", "coupons/"]
)
def test_who_may_only_read_stops_nothing(window: Any, path: str) -> None:
    fair.publish(fair.flash("f", 6_000))
    fair.publish(fair.activity("one"))
    template("t1")
    ana = window("ana", "analyst")
    before = facts()
    assert ana.get(f"/admin/watch/stop/{path}").status_code == 403
    assert stop(ana, path, reason="x", ticked=["A"]).status_code == 403
    assert facts() == before


def test_the_services_refuse_by_themselves() -> None:
    fair.publish(fair.activity("one"))
    template("t1")
    ana = person("ana", "analyst")
    before = facts()
    with pytest.raises(Forbidden):
        ladder.pause_shop(shop="S1", actor=ana, reason="x")
    with pytest.raises(Forbidden):
        ladder.stop_all_coupons(actor=ana, reason="x")
    with pytest.raises(Forbidden):
        ladder.stop_sku(sku="A", actor=ana, reason="x")
    for rung in (
        lambda sam: ladder.pause_shop(shop="S1", actor=sam, reason=" "),
        lambda sam: ladder.stop_all_coupons(actor=sam, reason=""),
        lambda sam: ladder.stop_sku(sku="A", actor=sam, reason=""),
    ):
        with pytest.raises(DomainError, match="Say why"):
            rung(_operator())
    assert facts() == before


def _operator() -> Any:
    from apps.accounts.models import User

    return User.objects.filter(username="sam").first() or person("sam", "operator")


def test_more_stock_opens_a_draft_once(window: Any) -> None:
    activity = fair.publish(fair.flash("f", 6_000, stock={"total": 5}))
    sam = window("sam", "operator")
    for _again in range(2):
        answer = sam.post("/admin/watch/more-stock/f/")
        assert answer["Location"] == f"/admin/activities/activity/{activity.pk}/change/"
    assert sorted(activity.versions.values_list("number", "state")) == [(1, "approved"), (2, "draft")]
    assert sam.get("/admin/watch/more-stock/f/").status_code == 405
    assert Activity.objects.get(code="f").status == "live"


def test_more_stock_is_not_for_readers(window: Any) -> None:
    activity = fair.publish(fair.flash("f", 6_000, stock={"total": 5}))
    before = facts()
    window("ana", "analyst").post("/admin/watch/more-stock/f/")
    assert activity.versions.count() == 1
    assert facts() == before


def test_an_unknown_rung_or_thing_is_not_there(window: Any) -> None:
    sam = window("sam", "operator")
    for path in ("roof/", "activity/?code=none", "skus/", "sku/?sku=none", "shop/?shop=none"):
        assert sam.get(f"/admin/watch/stop/{path}").status_code == 404
