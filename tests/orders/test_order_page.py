"""The order's pages in the admin: found, explained; refunded and cancelled by who may, once told what it does."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.activities import services
from apps.core.clock import database_now
from apps.core.models import AuditEntry, OutboxEvent
from apps.orders.models import LedgerEntry, Order, OrderSegment, Refund
from tests.activities.cast import person
from tests.orders_life.audit import broken
from tests.orders_life.shop import Shop, key, shop
from tests.storefront import fair

__all__ = ["key", "shop"]
pytestmark = pytest.mark.usefixtures("shop_fair")
FULL_400 = {"metric": "amount", "tiers": [{"at": 40_000, "benefit": {"amount_off": 6_000}}]}
OFF_1001 = {"metric": "amount", "tiers": [{"at": 10_000, "benefit": {"amount_off": 1_001}}]}
FAR = {"metric": "amount", "tiers": [{"at": 9_000_000, "benefit": {"amount_off": 6_000}}]}
CART = [{"line": "1", "sku": "A", "quantity": 3}, {"line": "2", "sku": "B", "quantity": 1}]


def window(*roles: str, language: str = "en", name: str = "sam") -> Client:
    user = person(name, *roles)
    user.is_staff = True
    user.save()
    client = Client()
    client.force_login(user)
    client.cookies["django_language"] = language
    return client


def url(what: str, code: str = "o1") -> str:
    return reverse(f"admin:orders_order_{what}", args=[Order.objects.get(code=code).pk])


def page(client: Client, code: str = "o1") -> Any:
    return client.get(url("change", code))


def do(client: Client, what: str, **fields: Any) -> Any:
    return client.post(url(what), fields)


def words(answer: Any) -> str:
    """The page's text without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def everything() -> dict[str, Any]:
    """All that a refund or cancel would touch."""
    return {
        "orders": list(Order.objects.order_by("id").values()),
        "segments": list(OrderSegment.objects.order_by("id").values()),
        "refunds": Refund.objects.count(),
        "ledger": LedgerEntry.objects.count(),
        "outbox": OutboxEvent.objects.count(),
        "audit": AuditEntry.objects.count(),
    }


def three_and_a_sock(shop: Shop, **fields: Any) -> None:
    """320.00 less 10.01 over goods, 8.00 shipping."""
    fair.publish(fair.activity("full", params=OFF_1001))
    shop.paid("o1", lines=CART, shipping_fee=800, **fields)


def test_an_order_is_found_by_id_customer_and_activity(shop: Shop) -> None:
    fair.publish(fair.flash("f", 6_000, stock={"total": 1}))
    shop.held("o1", customer="c1")
    shop.held("o2", customer="c2")
    client = window("customer_service")
    for term, found in (("o1", ["o1"]), ("c2", ["o2"]), ("f", ["o1"]), ("nothing", [])):
        answer = client.get(reverse("admin:orders_order_changelist"), {"q": term})
        assert [order.code for order in answer.context["cl"].result_list] == found


def test_each_line_is_told_from_its_list_price_to_what_was_paid(shop: Shop) -> None:
    """Given a flash price for two units and a threshold, then both parts of the line have their own steps."""
    fair.publish(fair.flash("f", 6_000, stock={"total": 2}))
    three_and_a_sock(shop)
    context = page(window("analyst")).context
    runner, sock = context["lines"]
    told = [
        (part.row.units, part.list_amount, [(step.code, step.discount) for step in part.steps], part.paid.net)
        for part in runner.parts
    ]
    assert told == [
        (2, 20_000, [("f", 8_000), ("full", 501)], 11_499),
        (1, 10_000, [("full", 417)], 9_583),
    ]
    assert [(step.code, step.discount) for step in sock.parts[0].steps] == [("full", 83)]
    assert sum(line.net_amount for line in context["lines"]) + context["shipping_paid"] == 23_799
    assert context["result"].payable == Order.objects.get().payable_amount == 23_799
    steps = context["result"].steps
    assert [(step.code, step.discount, step.left) for step in steps] == [
        ("f", 8_000, 24_800),
        ("full", 1_001, 23_799),
    ]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("zh-hans", "差200元未达满400减60。"), ("en", "¥200 short of ¥60 off from ¥400.")],
)
def test_what_did_not_apply_is_a_sentence_to_copy(shop: Shop, language: str, sentence: str) -> None:
    fair.publish(fair.activity("full-400", params=FULL_400))
    shop.held("o1", 2, customer="c1")
    answer = page(window("analyst", language=language))
    assert [entry["reason"] for entry in answer.context["result"].refused] == [sentence]
    assert f'data-copy="full-400：{sentence}"' in answer.content.decode()


def test_the_gap_is_that_of_the_version_live_then(shop: Shop) -> None:
    """Given an order before the offer was renamed, when it is read later, then its words are those of then."""
    ann = person("ann", "operator")
    activity = fair.publish(fair.activity("full-400", params=FULL_400))
    shop.held("o1", 2, customer="c1")
    services.pause(thing=activity, actor=ann, reason="x")
    assert page(window("analyst")).context["result"].refused[0]["reason"].endswith("¥60 off from ¥400.")


def test_limits_and_holds_are_told_with_their_numbers(shop: Shop) -> None:
    fair.publish(fair.flash("mine", 6_000, limits={"per_customer_units": 1}))
    fair.publish(fair.flash("last", 5_000, priority=1, stock={"total": 1}))
    shop.held("o0", customer="c2")
    shop.paid("o1", customer="c1")
    shop.held("o2", customer="c1")
    reasons = {one["code"]: one["reason"] for one in page(window("analyst"), "o2").context["result"].refused}
    assert reasons == {
        "last": "Sold out for now; still to be paid and perhaps back: 1.",
        "mine": "At most 1 units per customer; 1 are bought.",
    }


def test_the_time_line_says_when_and_who(shop: Shop) -> None:
    three_and_a_sock(shop)
    shop.refund("o1", "r1", shipping=100, reason="late")
    client = window("customer_service")
    do(client, "refund", **{"units-0-0": "1", "fault": "merchant", "reason": "torn", "confirmed": "9688"})
    moments = page(client).context["moments"]
    told = [(str(one.what), str(one.who), one.amount, one.reason) for one in moments]
    assert told == [
        ("ordered and held", "shop", None, ""),
        ("paid", "shop", 31_799, ""),
        ("refunded", "shop", 100, "late"),
        ("refunded", "sam", 9_688, "torn"),
    ]
    assert [one.at for one in moments] == sorted(one.at for one in moments)


def test_a_hold_that_is_over_reads_as_lapsed_before_any_sweep(shop: Shop, settings: Any) -> None:
    settings.HOLD_MINUTES = -1
    shop.held("o1")
    answer = page(window("customer_service"))
    assert [(str(one.what), str(one.who)) for one in answer.context["moments"]][-1] == ("lapsed", "the clock")
    assert answer.context["lapsed"] is True
    assert 'id="pp-cancel"' not in answer.content.decode()


def test_gifts_and_rewards_say_what_is_kept(shop: Shop) -> None:
    benefit = {"gifts": [{"sku": "B", "quantity": 3}], "points": 7}
    tiers = {"metric": "amount", "tiers": [{"at": 20_000, "benefit": benefit}]}
    fair.publish(fair.activity("gift", params=tiers, stock={"per_sku": {"B": 2}}))
    shop.paid("o1", 2, customer="c1")
    before = page(window("analyst")).context
    rows = [(row["kind"], row["code"], row["given"], row["kept"]) for row in before["rewards"]]
    assert rows == [("gift", "B", 2, 2), ("points", "", 7, 7)]
    assert [(one["sku"], one["quantity"], one["reason"]) for one in before["missing"]] == [
        ("B", 1, "out_of_stock")
    ]
    shop.refund("o1", lines=[{"line": "1", "quantity": 1}])
    after = page(window("analyst", name="eve")).context["rewards"]
    assert [(row["given"], row["kept"]) for row in after] == [(2, 0), (7, 0)]


@pytest.mark.parametrize("number", [1, 6])
def test_the_page_costs_the_same_whatever_is_on_the_order(shop: Shop, number: int) -> None:
    for i in range(number):
        fair.publish(fair.activity(f"full-{i}", params=FAR))
        fair.publish(fair.flash(f"f{i}", 6_000 - i))
    lines = [{"line": str(i), "sku": "AB"[i % 2], "quantity": 1} for i in range(2 * number)]
    shop.paid("o1", lines=lines, customer="c1")
    client = window("customer_service")
    page(client)
    with CaptureQueriesContext(connection) as captured:
        page(client)
    about = [one for one in captured.captured_queries if "django_session" not in one["sql"]]
    own = [one for one in about if "accounts_user" not in one["sql"] and "auth_" not in one["sql"]]
    assert len(own) == 16, [one["sql"][:90] for one in own]


def test_a_refund_is_told_before_it_is_done(shop: Shop) -> None:
    """Given one unit to go back, when it is asked, then amounts and shares are shown and nothing has changed."""
    three_and_a_sock(shop)
    client = window("customer_service")
    before = everything()
    answer = do(client, "refund", **{"units-0-0": "1", "fault": "merchant", "reason": "torn"})
    assert answer.context["answer"]["refund_total"] == 9_688
    (line,) = answer.context["back"]
    assert (line["units"], line["list_amount"], line["amount"]) == (1, 10_000, 9_688)
    assert [(share["offer"], share["amount"]) for share in line["shares"]] == [("full", 312)]
    assert "Pay back ¥96.88" in words(answer)
    assert everything() == before


def test_a_confirmed_refund_is_done_as_it_was_told(shop: Shop) -> None:
    three_and_a_sock(shop)
    client = window("customer_service")
    asked = {"units-0-0": "1", "fault": "merchant", "reason": "torn"}
    assert do(client, "refund", **asked, confirmed="9688").status_code == 302
    refund = Refund.objects.get()
    assert (refund.total_amount, refund.fault, refund.reason) == (9_688, "merchant", "torn")
    entry = AuditEntry.objects.get(action="order.refund")
    assert (entry.actor, entry.subject_code, entry.reason) == ("user:sam", "o1", "torn")
    assert entry.after == {"state": "partially_refunded", "refund": refund.code, "refund_total": 9_688}
    assert broken() == []


def test_what_was_told_no_longer_true_is_not_done(shop: Shop) -> None:
    """Given that somebody returned a unit meanwhile, when the old amount is confirmed, then nothing is paid back."""
    three_and_a_sock(shop)
    shop.refund("o1", "r1", lines=[{"line": "1", "quantity": 1}])
    before = everything()
    asked = {"units-0-0": "1", "fault": "merchant", "reason": "torn"}
    answer = do(window("customer_service"), "refund", **asked, confirmed="9688")
    assert "has changed meanwhile" in words(answer)
    assert {**everything(), "audit": 0} == {**before, "audit": 0}


def test_segments_adjustments_and_shipping_in_one_refund(shop: Shop) -> None:
    fair.publish(fair.flash("f", 6_000, stock={"total": 2}))
    three_and_a_sock(shop)
    client = window("customer_service")
    asked = {
        "units-0-0": "1",  # of the flash part, though the other one would go first
        "adjust-1": "¥1.50",
        "shipping": "2",
        "fault": "customer",
        "reason": "agreed",
    }
    told = do(client, "refund", **asked).context["answer"]
    assert [(one["segment"], one["units"], one["amount"]) for one in told["lines"]] == [(0, 1, 5_750)]
    assert told["adjustments"] == [{"line": "2", "amount": 150}]
    assert (told["shipping"], told["refund_total"]) == (200, 6_100)
    do(client, "refund", **asked, confirmed="6100")
    order = Order.objects.get()
    assert (order.refunded_amount, order.refunded_shipping_amount) == (5_900, 200)
    do(client, "refund", all="on", fault="customer", reason="rest", confirmed=str(23_799 - 6_100))
    order.refresh_from_db()
    assert (order.state, order.refunded_amount + order.refunded_shipping_amount) == ("refunded", 23_799)
    assert broken() == []


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"units-0-0": "0"},
        {"units-0-0": "4"},
        {"units-0-0": "x"},
        {"adjust-0": "-1"},
        {"adjust-0": "400"},
        {"shipping": "8.01"},
        {"shipping": "1.001"},
        {"units-0-0": "3", "adjust-0": "0.01"},
        {"all": "on", "reason": ""},
    ],
)
def test_what_cannot_be_paid_back_is_said_and_changes_nothing(shop: Shop, asked: dict[str, str]) -> None:
    three_and_a_sock(shop)
    before = everything()
    for confirmed in ({}, {"confirmed": "1"}):
        fields = {"fault": "customer", "reason": "r", **asked, **confirmed}
        answer = do(window("customer_service", name=f"sam{len(confirmed)}"), "refund", **fields)
        assert answer.status_code == 200
        assert answer.context["form"].errors
    assert {**everything(), "audit": 0} == {**before, "audit": 0}


def test_shipping_alone_follows_a_full_return(shop: Shop) -> None:
    three_and_a_sock(shop)
    shop.refund("o1", "r1", lines=[{"line": "1", "quantity": 3}, {"line": "2", "quantity": 1}])
    client = window("customer_service")
    assert 'id="pp-refund"' in page(client).content.decode()
    do(client, "refund", shipping="8.00", fault="merchant", reason="never sent", confirmed="800")
    assert Order.objects.get().refunded_shipping_amount == 800
    assert 'id="pp-refund"' not in page(client).content.decode()


def test_customer_service_cancels_what_is_unpaid(shop: Shop) -> None:
    shop.held("o1")
    client = window("customer_service")
    assert 'id="pp-cancel"' in page(client).content.decode()
    assert do(client, "cancel", reason="").status_code == 200
    assert Order.objects.get().state == "held"
    do(client, "cancel", reason="asked by phone")
    assert (Order.objects.get().state, Order.objects.get().close_reason) == ("cancelled", "asked by phone")
    assert [str(one.who) for one in page(client).context["moments"]] == ["shop", "sam"]


@pytest.mark.parametrize("role", ["operator", "approver", "analyst", "auditor", "administrator"])
def test_others_may_not(shop: Shop, role: str) -> None:
    three_and_a_sock(shop)
    client = window(role)
    before = everything()
    asked = {"all": "on", "fault": "customer", "reason": "r"}
    assert do(client, "refund", **asked).status_code == 403
    assert do(client, "refund", **asked, confirmed="31799").status_code == 403
    assert do(client, "cancel", reason="r").status_code == 403
    assert client.get(url("refund")).status_code == 403
    assert everything() == before


def test_an_order_is_priced_at_another_moment_on_its_own_page(shop: Shop) -> None:
    three_and_a_sock(shop)
    before = database_now()
    client = window("analyst")
    now = client.get(url("reprice"), {"at": "paid"})
    assert (now.context["found"].difference, now.context["same"]) == (0, True)
    earlier = client.get(url("reprice"), {"as_of": "2026-11-01T09:00"})
    assert earlier.context["found"].difference == 1_001
    assert "¥10.01 more than on the order" in words(earlier)
    future = client.get(url("reprice"), {"as_of": "2099-01-01T09:00"})
    assert (future.context["found"], "as_of" in future.context["moment_form"].errors) == (None, True)
    assert client.get(url("reprice"), {"as_of": "soon"}).context["found"] is None
    assert Order.objects.filter(created_at__lt=before).count() == 1
