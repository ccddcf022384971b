"""The reports: numbers that add up and lead to their orders, goals, baseline, holdout, conclusions, exports, rights."""

import io
import itertools
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from apps.accounts.models import User
from apps.activities.models import Activity
from apps.audiences.services import upsert_audiences
from apps.core.clock import database_now, frozen
from apps.core.jobs import Job, run
from apps.core.jobs.files import pieces
from apps.core.models import AuditEntry
from apps.offers.conclusions import conclusion_of
from apps.orders.chain import LEDGER
from apps.orders.models import Order
from apps.pricing.holdout import in_holdout
from apps.reporting.models import Review
from apps.reporting.reports.baseline import spans
from apps.reporting.reports.goals import progress_of
from apps.reporting.reports.orders import EVERY, Narrowed, totals_of
from apps.reporting.reports.report import Report
from apps.reporting.reports.subjects import find
from apps.reporting.rollups.rolling import roll_up
from apps.reporting.statistics.lift import Verdict
from tests.storefront import fair

GOALS = [
    {"metric": "gmv", "target": 50_000},
    {"metric": "units", "target": 2},
    {"metric": "customers", "target": 5},
]


@pytest.fixture
def traded(shop_fair: None, shop: Any) -> None:
    """Two orders with the offer, one half back; another below its threshold; one of another shop."""
    fair.publish(fair.activity("ten-off", goals=GOALS))
    shop.paid("o1", 1, customer="c1", channel="app")
    shop.paid("o2", 2, customer="=cmd()", channel="app")
    shop.paid("o3", 1, sku="B", customer="c1")
    shop.paid("o4", 1, sku="Z", customer="c3")
    assert shop.refund("o2", lines=[{"line": "1", "quantity": 1}]).status_code == 201
    LEDGER.seal()
    roll_up()


def report_of(code: str = "ten-off", document: str = "activity", user: Any = None) -> Report:
    subject = find(user or User(username="all"), document, code)
    assert subject is not None
    return Report(subject)


def test_totals_of_the_orders_are_those_of_the_report(traded: None) -> None:
    report = report_of()
    totals = totals_of(report.subject, EVERY)
    n = report.numbers
    assert (
        (totals.orders, totals.goods, totals.refunded)
        == (n.orders, n.gmv_amount, n.back_gmv_amount)
        == (2, 28_000, 9_500)
    )
    assert (
        (totals.discount, totals.discount_back) == (n.discount_amount, n.back_discount_amount) == (2_000, 500)
    )
    assert sum(row[1] for row in report.bearers) == n.discount_amount
    assert (n.gmv, n.kept_orders, n.order_value) == (18_500, 2, 9_250)


def test_every_narrowing_finds_its_own(traded: None) -> None:
    subject = report_of().subject
    day = report_of().today
    found = {
        "day": totals_of(subject, Narrowed(day=day)).orders,
        "yesterday": totals_of(subject, Narrowed(day=day - timedelta(days=1))).orders,
        "app": totals_of(subject, Narrowed(channel="app")).orders,
        "none": totals_of(subject, Narrowed(channel="")).orders,
        "new": totals_of(subject, Narrowed(new=True)).orders,
        "returned": totals_of(subject, Narrowed(returned=True)).orders,
        "sku": totals_of(subject, Narrowed(sku="B")).orders,
    }
    assert found == {"day": 2, "yesterday": 0, "app": 2, "none": 0, "new": 1, "returned": 1, "sku": 0}


def test_goals_stand_against_what_came(traded: None) -> None:
    found = [(goal.metric, goal.actual, goal.percent, goal.reached) for goal in progress_of(report_of())]
    assert found == [("gmv", 18_500, 37, False), ("units", 2, 100, True), ("customers", 2, 40, False)]


def test_a_discount_kept_below_its_tier_is_told(traded: None, shop: Any) -> None:
    """Of 220 one sock went back, of 200 one runner: only the latter still has the tier's hundred."""
    fair.publish(
        fair.activity(
            "twenty-off",
            params={"metric": "amount", "tiers": [{"at": 20_000, "benefit": {"amount_off": 2_000}}]},
        )
    )
    shop.paid("o9", 2, customer="c5")
    shop.refund("o9", lines=[{"line": "1", "quantity": 1}])
    LEDGER.seal()
    roll_up()
    assert (report_of().kept.orders, report_of("twenty-off").kept) == (0, type(report_of().kept)(1, 1_000))


@pytest.mark.parametrize(("length", "step"), [(1, 7), (7, 7), (8, 14), (15, 21)])
def test_spans_before_have_the_same_weekdays_and_never_touch(length: int, step: int) -> None:
    first = date(2026, 11, 22)
    found = spans(first, first + timedelta(days=length - 1))
    assert len(found) == 5
    for number, one, last in found:
        assert one == first - timedelta(days=step * number)
        assert one.weekday() == first.weekday()
        assert (last - one).days == length - 1
    assert all(later[1] > earlier[2] for later, earlier in itertools.pairwise(found))


def test_a_baseline_is_what_the_same_goods_sold_on_the_same_weekdays(shop_fair: None, shop: Any) -> None:
    now = database_now()
    fair.publish(
        fair.activity("short", starts_at=now.isoformat(), ends_at=(now + timedelta(hours=1)).isoformat())
    )
    for weeks, units in ((2, 1), (1, 3)):
        code = f"before-{weeks}"
        shop.paid(code, units)
        Order.objects.filter(code=code).update(paid_at=now - timedelta(weeks=weeks))
    shop.paid("during", 5)
    LEDGER.seal()
    roll_up()
    baseline = report_of("short").baseline
    assert baseline is not None
    assert [one.units for one in baseline.earlier] == [3, 1]
    assert (baseline.units, baseline.during.units, baseline.more_units) == (2, 5, 3)


def test_the_holdout_of_the_database_is_that_of_the_prices(shop_fair: None, shop: Any) -> None:
    people = [f"p{number}" for number in range(400)]
    upsert_audiences(actor="test", rows=[{"code": "many", "members": people}])
    fair.publish(fair.activity("tried", targeting={"audiences": ["many"]}, holdout_bps=2_500, placements=[]))
    held = [one for one in people if in_holdout("tried", one, 2_500)]
    for number, one in enumerate([*held[:10], *[one for one in people if one not in held][:90]]):
        Order.objects.create(
            code=f"x{number}", client=1, customer_code=one, state="held", currency="CNY", list_amount=10_000,
            discount_amount=0, shipping_fee_amount=0, shipping_discount_amount=0, payable_amount=10_000,
            as_of=database_now(), book_version=0, held_until=database_now(), request={}, quote={},
        )  # fmt: skip
    Order.objects.update(state="paid", paid_at=database_now())
    assert report_of("tried").snapshot is None
    lift = report_of("tried").lift
    assert lift is not None
    assert (lift.held.people, lift.held.buyers, lift.held.amount) == (len(held), 10, 100_000)
    assert (lift.treated.people, lift.treated.buyers) == (400 - len(held), 90)
    assert lift.treated.squares == 90 * 10_000**2
    assert lift.verdict == Verdict.MORE
    run(Job.objects.get(kind="audiences.snapshot"))
    late = [f"late{number}" for number in range(50)]
    upsert_audiences(actor="test", rows=[{"code": "many", "members": [*people[:300], *late]}])
    report = report_of("tried")
    assert report.snapshot is not None
    assert report.lift == lift, "who came since is in neither group, who left since stays"


def test_what_is_publicly_placed_has_no_lift(traded: None) -> None:
    assert report_of().lift is None


def test_pages_show_the_numbers_and_cost_the_same_however_much_was_sold(
    traded: None, shop: Any, window: Any
) -> None:
    analyst = window("ann", "analyst")
    page = "/admin/reports/activity/ten-off/"
    with CaptureQueriesContext(connection) as few:
        text = analyst.get(page).content.decode()
    assert "¥185" in text
    assert "37%" in text
    for number in range(4):
        shop.paid(f"more-{number}", 1, customer=f"n{number}", channel=f"ch{number}")
    LEDGER.seal()
    roll_up()
    with CaptureQueriesContext(connection) as many:
        assert analyst.get(page).status_code == 200
    assert len(many) == len(few)
    listed = analyst.get("/admin/reports/").content.decode()
    assert 'data-code="ten-off"' in listed
    behind = analyst.get(f"{page}orders/?returned=1").content.decode()
    assert ("o2" in behind, ">o1<" in behind) == (True, False)
    assert analyst.get(f"{page}print/").status_code == 200
    assert analyst.get("/admin/reports/shop/S1/").status_code == 200


@pytest.mark.parametrize("document", ["activity", "template", "campaign", "event", "shop"])
def test_lists_of_every_kind_open(traded: None, window: Any, document: str) -> None:
    assert window("ann", "analyst").get(f"/admin/reports/?of={document}").status_code == 200


def test_two_are_compared_and_one_is_not(traded: None, window: Any) -> None:
    fair.publish(fair.activity("other"))
    analyst = window("ann", "analyst")
    found = analyst.get("/admin/reports/compare/?of=activity&code=ten-off&code=other")
    assert (found.status_code, "¥185" in found.content.decode()) == (200, True)
    assert analyst.get("/admin/reports/compare/?of=activity&code=ten-off").status_code == 302


def test_conclusions_are_kept_audited_and_told_to_copies(traded: None, window: Any) -> None:
    said = {"conclusions": "满减门槛太低", "placement_cost_amount": "12.50"}
    window("olga", "operator").post("/admin/reports/activity/ten-off/review/", said)
    review = Review.objects.get()
    assert (review.conclusions, review.placement_cost_amount, review.shop_code) == (
        "满减门槛太低",
        1_250,
        "S1",
    )
    found = conclusion_of("activity", "ten-off")
    assert found is not None
    assert (found.text, found.url) == ("满减门槛太低", "/admin/reports/activity/ten-off/")
    entry = AuditEntry.objects.filter(action="reporting.conclude").get()
    assert (entry.subject_code, entry.after["placement_cost_amount"]) == ("ten-off", 1_250)
    assert report_of().cost == 1_500 + 1_250


def test_who_only_reads_concludes_nothing(traded: None, window: Any) -> None:
    for name, role in (("ann", "analyst"), ("ada", "approver"), ("audrey", "auditor")):
        window(name, role).post(
            "/admin/reports/activity/ten-off/review/", {"conclusions": "x", "placement_cost_amount": "0"}
        )
    assert not Review.objects.exists()
    assert not AuditEntry.objects.filter(action="reporting.conclude").exists()


def test_other_shops_reports_do_not_exist(traded: None, window: Any) -> None:
    operator = window("olga", "operator")
    User.objects.filter(username="olga").update(shops=["S2"])
    assert operator.get("/admin/reports/activity/ten-off/").status_code == 404
    assert 'data-code="ten-off"' not in operator.get("/admin/reports/").content.decode()
    operator.post(
        "/admin/reports/activity/ten-off/review/", {"conclusions": "x", "placement_cost_amount": "0"}
    )
    assert not Review.objects.exists()


@pytest.mark.parametrize(
    "where", ["", "compare/?of=activity&code=ten-off&code=x", "activity/ten-off/", "activity/ten-off/orders/"]
)
def test_without_the_right_there_is_no_report(traded: None, window: Any, where: str) -> None:
    assert window("carl", "customer_service").get(f"/admin/reports/{where}").status_code == 403


@pytest.mark.parametrize("format", ["xlsx", "csv"])
def test_an_export_has_the_totals_of_the_page(traded: None, window: Any, format: str) -> None:
    assert (
        window("ann", "analyst")
        .post("/admin/reports/activity/ten-off/export/", {"format": format})
        .status_code
        == 302
    )
    job = run(Job.objects.get())
    assert (job.state, job.done) == ("done", 2)
    content = b"".join(pieces(job.files.get()))
    if format == "csv":
        lines = content.decode("utf-8-sig").splitlines()
        assert len(lines) == 3
        assert "'=cmd()" in lines[1]
        return
    sheet = load_workbook(io.BytesIO(content), data_only=True).worksheets[-1]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[-1][4:] == (2, 300, 280, 95, 20, 5)
    assert rows[1][2] == "'=cmd()"


def test_an_export_is_nobodys_without_the_right(traded: None, window: Any) -> None:
    assert window("audrey", "auditor").post("/admin/reports/activity/ten-off/export/", {}).status_code == 403
    assert not Job.objects.exists()


def test_an_event_counts_an_order_with_two_of_its_offers_once(shop_fair: None, shop: Any) -> None:
    from apps.activities.events.models import Event

    now = database_now()
    event = Event.objects.create(code="fair", name="Fair", starts_at=now, ends_at=now + timedelta(days=1))
    fair.publish(fair.activity("one", event="fair", stacks_with=["item", "shop"]))
    fair.publish(fair.flash("two", 9_000, event="fair"))
    assert Activity.objects.filter(event=event).count() == 2
    with frozen(now + timedelta(seconds=1)):
        shop.paid("o1", 2, customer="c1")
    LEDGER.seal()
    roll_up()
    report = report_of("fair", "event")
    assert {code: one.orders for code, one in report.offers} == {"one": 1, "two": 1}
    assert report.numbers.orders == 1
    assert [(day, one.orders, one.gmv) for day, one in report.days] == [(report.today, 1, report.numbers.gmv)]
    assert [one.orders for _channel, one in report.channels] == [1]
    assert report.numbers.discount == sum(one.discount for _code, one in report.offers)
    for code, numbers in report.offers:
        behind = totals_of(report.subject, Narrowed(offer=code))
        assert (behind.orders, behind.discount) == (numbers.orders, numbers.discount_amount)
    assert totals_of(report.subject, Narrowed(offer="foreign")).orders == 0
