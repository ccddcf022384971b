"""A revocation whose approver ticked "cancel unpaid orders": holds are void at once, and given back exactly once."""

from typing import Any

import pytest
from django.db.models import Sum
from django.test import Client
from django.urls import reverse

from apps.activities import services as activities
from apps.activities.models import Activity
from apps.approvals import services as approvals
from apps.approvals.models import ApprovalRequest
from apps.core.clock import frozen
from apps.core.errors import DomainError
from apps.core.models import AuditEntry, OutboxEvent
from apps.orders.models import Counter, CustomerUse, LedgerEntry, Order, Voiding
from apps.orders.services import voiding
from apps.orders.services.settling import lapse_due
from tests.activities.cast import person
from tests.orders_life.audit import broken
from tests.orders_life.shop import Shop
from tests.storefront import fair

pytestmark = pytest.mark.usefixtures("shop_fair")
CANCEL = "cancel_unpaid"


@pytest.fixture
def sale() -> Activity:
    return fair.publish(fair.flash("f", 6_000, stock={"total": 9}, limits={"per_customer_units": 5}))


@pytest.fixture
def people(db: None) -> tuple[Any, Any]:
    return person("ann", "operator"), person("cleo", "approver")


def asked(people: tuple[Any, Any], *, proposed: bool = False) -> ApprovalRequest:
    return activities.request_revocation(
        thing=Activity.objects.get(code="f"), actor=people[0], reason="wrong price", cancel_unpaid=proposed
    )


def revoke(people: tuple[Any, Any], *chosen: str, proposed: bool = False) -> None:
    request = asked(people, proposed=proposed)
    approvals.approve(request=request, actor=people[1], seen_hash=request.content_hash, chosen=chosen)


def taken() -> tuple[int, int, int]:
    counted = Counter.objects.aggregate(held=Sum("held"), used=Sum("used"))
    return counted["held"], counted["used"], CustomerUse.objects.aggregate(n=Sum("units"))["n"]


def test_unpaid_orders_are_void_at_once_and_given_back_once(shop: Shop, sale: Activity, people: Any) -> None:
    """Given held and paid orders, when the approver ticks it, then held ones cannot be paid, before any sweep too."""
    shop.held("o1", 2, customer="c1")
    shop.held("o2", 1, customer="c1")
    shop.paid("o3", 1, customer="c1")
    shop.order("other", sku="B")
    revoke(people, CANCEL)
    refused = shop.pay("o1")
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")
    assert (refused.json()["state"], refused.json()["reason"]) == ("cancelled", "voided")
    assert shop.cancel("o1").json()["state"] == "cancelled"
    seen = shop.look("o1").json()
    assert (seen["state"], seen["reason"]) == ("cancelled", "voided")
    assert taken() == (3, 1, 4)

    assert (voiding.void_all(), voiding.void_all()) == (2, 0)
    assert taken() == (0, 1, 1)
    assert {order.code: order.state for order in Order.objects.all()} == {
        "o1": "cancelled",
        "o2": "cancelled",
        "o3": "paid",
        "other": "held",
    }
    assert shop.look("o1").json() == seen
    assert shop.pay("o1").json()["reason"] == "voided"
    assert shop.pay("other").status_code == 200
    events = OutboxEvent.objects.filter(topic="order.cancelled").order_by("id")
    assert [(event.subject, event.payload) for event in events] == [
        ("o1", {"reason": "voided", "offer": "f"}),
        ("o2", {"reason": "voided", "offer": "f"}),
    ]
    assert LedgerEntry.objects.filter(event="release").count() == 2
    assert broken() == []


@pytest.mark.parametrize("proposed", [False, True])
def test_without_the_approvers_tick_holds_keep_their_price(
    shop: Shop, sale: Activity, people: Any, proposed: bool
) -> None:
    shop.held("o1", 2, customer="c1")
    revoke(people, proposed=proposed)
    assert voiding.void_all() == 0
    assert shop.pay("o1").json()["payable_total"] == 12_000
    assert not Voiding.objects.exists()
    entry = AuditEntry.objects.get(action="activity.approve_revocation")
    assert (entry.after["cancel_unpaid"], entry.after["end_reason"]) == (False, "revoked")


def test_a_choice_that_is_not_offered_is_refused(shop: Shop, sale: Activity, people: Any) -> None:
    request = asked(people)
    with pytest.raises(DomainError) as refused:
        approvals.approve(
            request=request, actor=people[1], seen_hash=request.content_hash, chosen=["refund_all"]
        )
    assert refused.value.code == "unknown_choice"
    request.refresh_from_db()
    assert (request.state, request.decisions.count()) == ("pending", 0)


def test_it_goes_on_in_batches_where_a_dead_process_stopped(
    shop: Shop, sale: Activity, people: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        shop.held(f"o{number}", customer=f"c{number}")
    revoke(people, CANCEL)
    assert voiding.void_batch(2) == 2

    def die(place: str) -> None:
        raise SystemExit(place)

    with monkeypatch.context() as patched:
        patched.setattr(voiding, "crash_point", die)
        with pytest.raises(SystemExit):
            voiding.void_batch(2)
    assert (Order.objects.filter(state="cancelled").count(), taken()[0]) == (2, 3)
    assert voiding.void_all() == 3
    one = Voiding.objects.get()
    assert (one.orders, one.amount, one.done_at) == (5, 30_000, None)
    with frozen(one.at + voiding.LATECOMERS):
        assert voiding.void_all() == 0
    one.refresh_from_db()
    assert one.done_at == one.at + voiding.LATECOMERS
    entry = AuditEntry.objects.get(action="activity.void_holds")
    assert (entry.subject_code, entry.after) == ("f", {"orders": 5, "payable_total": 30_000})
    assert broken() == []


def test_what_lapsed_before_stays_expired_and_what_is_void_never_lapses(
    shop: Shop, sale: Activity, people: Any
) -> None:
    shop.held("late", customer="c2")
    until = Order.objects.get().held_until
    with frozen(until):
        shop.held("o1", customer="c1")
        revoke(people, CANCEL)
        assert shop.pay("late").json()["code"] == "hold_expired"
        assert voiding.void_all() == 1
    with frozen(Order.objects.get(code="o1").held_until):
        assert lapse_due() == 1
    assert sorted(Order.objects.values_list("code", "state")) == [("late", "expired"), ("o1", "cancelled")]


def test_the_sweep_of_lapsed_holds_leaves_void_ones_to_their_own(
    shop: Shop, sale: Activity, people: Any
) -> None:
    shop.held("o1", customer="c1")
    revoke(people, CANCEL)
    with frozen(Order.objects.get().held_until):
        assert lapse_due() == 0
        assert voiding.void_all() == 1
    assert Order.objects.get().close_reason == "voided"


def window(user: Any) -> Client:
    user.is_staff, user.language = True, "en"
    user.save()
    client = Client()
    client.force_login(user)
    return client


def test_the_approver_sees_what_the_tick_does(shop: Shop, sale: Activity, people: Any) -> None:
    shop.held("o1", 2, customer="c1")
    shop.held("o2", 1, customer="c2")
    request = asked(people, proposed=True)
    client = window(people[1])
    page = client.get(reverse("admin:approvals_approvalrequest_change", args=[request.pk])).content.decode()
    assert "Unpaid orders at this price now: 2, ¥180 to pay in all." in page
    assert 'name="chosen" value="cancel_unpaid" checked' in page
    decide = reverse("admin:approvals_approvalrequest_decide", args=[request.pk])
    client.post(decide, {"verdict": "approve", "seen_hash": request.content_hash, "chosen": CANCEL})
    assert request.decisions.get().chosen == [CANCEL]
    assert voiding.void_all() == 2


def export(client: Client) -> Any:
    return client.get(reverse("admin:orders_voiding_export", args=["f"]))


def test_the_orders_it_reached_can_be_exported(shop: Shop, sale: Activity, people: Any) -> None:
    """Given a customer whose id is a formula, when the list is exported, then no spreadsheet runs it."""
    shop.held("o1", 2, customer="=1+1")
    shop.paid("o2", 1, customer="c2")
    shop.order("other", sku="B")
    revoke(people, CANCEL)
    voiding.void_all()
    for who in people:
        answer = export(window(who))
        rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
        assert answer["Content-Type"].startswith("text/csv")
        assert [row.split(",")[:3] for row in rows] == [
            ["order", "customer", "state"],
            ["o1", "'=1+1", "cancelled"],
            ["o2", "c2", "paid"],
        ]
        assert rows[1].split(",")[3] == "yes"
        assert rows[1].split(",")[-4:] == ["200.00", "80.00", "120.00", "0.00"]
    assert AuditEntry.objects.filter(action="activity.export_hit_orders").count() == 2


@pytest.mark.parametrize("role", ["customer_service", "administrator", "auditor"])
def test_others_may_not_export(shop: Shop, sale: Activity, role: str) -> None:
    assert export(window(person("sam", role))).status_code == 403
    assert not AuditEntry.objects.filter(action="activity.export_hit_orders").exists()
