"""Behind every number stands a list with the same sum: goods, days, the weeks before, the holdout, coupons."""

from datetime import timedelta
from typing import Any

import pytest

from apps.audiences.services import upsert_audiences
from apps.catalog.models import Sku
from apps.core.clock import database_now
from apps.core.jobs import Job, run
from apps.orders.chain import LEDGER
from apps.orders.models import Order, Refund
from apps.pricing.holdout import in_holdout
from apps.reporting.pages.asking import Days
from apps.reporting.reports.coupon_moves import COUNTED, OPEN, coupon_moves, coupon_totals
from apps.reporting.reports.goods import Chosen, move_totals, moves_of
from apps.reporting.reports.numbers import top_goods
from apps.reporting.reports.orders import Narrowed, totals_of
from apps.reporting.reports.refunds import refunds_of
from apps.reporting.rollups.rolling import roll_up
from tests.reporting.test_report_pages import report_of, traded
from tests.storefront import fair

__all__ = ["traded"]


def test_units_margin_and_goods_are_those_of_their_moves(traded: None) -> None:
    Sku.objects.filter(code="A").update(cost_amount=4_000)
    report = report_of()
    totals = move_totals(report.subject, Chosen())
    assert (totals.units, totals.net, totals.margin) == (
        report.numbers.kept_units,
        report.numbers.net,
        report.margin.amount,
    )
    assert (totals.units, totals.net, totals.margin, totals.orders, totals.refunds) == (
        2,
        18_500,
        10_500,
        2,
        1,
    )
    assert [(move.units, bool(move.refund)) for move in moves_of(report.subject, Chosen())[0]] == [
        (-1, True),
        (2, False),
        (1, False),
    ]
    for row in top_goods(report.subject.offers):
        one = move_totals(report.subject, Chosen(sku=row["sku"]))
        assert (one.units, one.net, one.listed) == (row["sold"], row["net"], row["listed"])


def test_a_shop_is_its_goods_and_not_what_else_was_in_the_cart(traded: None) -> None:
    for code in ("S1", "S2"):
        report = report_of(code, "shop")
        totals = move_totals(report.subject, Chosen())
        n = report.numbers
        assert (totals.units, totals.net, totals.discount) == (n.kept_units, n.gmv, n.discount)
    assert move_totals(report_of("S1", "shop").subject, Chosen(channel="app")).orders == 2


def test_a_day_is_what_was_paid_less_what_was_paid_back_that_day(traded: None) -> None:
    """Given an order of ten days ago with a refund of today, then each day has its own part."""
    report = report_of()
    long_ago = database_now() - timedelta(days=10)
    Order.objects.filter(code="o2").update(paid_at=long_ago)
    assert Refund.objects.count() == 1
    for day, orders, back in ((report.today - timedelta(days=10), 1, 0), (report.today, 1, 9_500)):
        narrowed = Narrowed(day=day)
        rows, refunded = refunds_of(report.subject, narrowed, Days(day, day).period)
        assert (totals_of(report.subject, narrowed).orders, refunded.amount) == (orders, back)
        assert sum(row.amount for row in rows) == back


def test_a_bearer_and_what_was_kept_below_the_tier_are_the_discounts_of_their_orders(
    traded: None, shop: Any
) -> None:
    tiers = {"metric": "amount", "tiers": [{"at": 20_000, "benefit": {"amount_off": 2_000}}]}
    shares = [{"party": "platform", "bps": 7_000}, {"party": "shop", "bps": 3_000}]
    fair.publish(fair.activity("twenty-off", params=tiers, bearers=shares))
    shop.paid("o9", 2, customer="c5")
    shop.paid("o10", 2, customer="c6")
    shop.refund("o9", lines=[{"line": "1", "quantity": 1}])
    LEDGER.seal()
    roll_up()
    report = report_of("twenty-off")
    assert len(report.bearers) == 2
    for party, borne, back in report.bearers:
        totals = totals_of(report.subject, Narrowed(bearer=party))
        assert (totals.orders, totals.discount, totals.discount_back) == (2, borne, back)
    kept = totals_of(report.subject, Narrowed(kept=True))
    assert (kept.orders, kept.discount - kept.discount_back) == (report.kept.orders, report.kept.amount)
    assert (report.kept.orders, report.kept.amount) == (1, 1_000)
    assert totals_of(report_of("S1", "shop").subject, Narrowed(kept=True)).orders == 0


def test_each_span_of_the_baseline_is_its_sales_with_whatever_offers(shop_fair: None, shop: Any) -> None:
    now = database_now()
    fair.publish(
        fair.activity("short", starts_at=now.isoformat(), ends_at=(now + timedelta(hours=1)).isoformat())
    )
    for weeks, units in ((2, 1), (1, 3)):
        shop.paid(f"before-{weeks}", units)
        Order.objects.filter(code=f"before-{weeks}").update(paid_at=now - timedelta(weeks=weeks))
    shop.paid("during", 5)
    LEDGER.seal()
    roll_up()
    report = report_of("short")
    assert report.baseline is not None
    for one in (report.baseline.during, *report.baseline.earlier):
        found = move_totals(report.subject, Chosen(Days(one.first, one.last).period, everywhere=True))
        assert (found.units, found.net, found.whole) == (one.units, one.net, one.margin)
    assert [one.units for one in report.baseline.earlier] == [3, 1]


def test_the_groups_of_the_holdout_lead_to_their_orders(shop_fair: None, shop: Any, window: Any) -> None:
    people = [f"p{number}" for number in range(80)]
    upsert_audiences(actor="test", rows=[{"code": "many", "members": people}])
    fair.publish(fair.activity("tried", targeting={"audiences": ["many"]}, holdout_bps=5_000, placements=[]))
    held = [one for one in people if in_holdout("tried", one, 5_000)]
    got = [one for one in people if one not in held]
    for number, one in enumerate([*held[:2], *got[:3], "stranger"]):
        shop.paid(f"o{number}", 1, customer=one)
    for snapshot in (False, True):
        if snapshot:
            run(Job.objects.get(kind="audiences.snapshot"))
        report = report_of("tried")
        assert report.lift is not None
        for group, numbers in (("held", report.lift.held), ("got", report.lift.treated)):
            totals = totals_of(report.subject, Narrowed(group=group))
            assert (totals.customers, totals.goods - totals.refunded) == (numbers.buyers, numbers.amount)
        assert (report.lift.held.buyers, report.lift.treated.buyers) == (2, 3)
    text = window("ann", "analyst").get("/admin/reports/activity/tried/orders/?group=held").content.decode()
    assert (">o0<" in text, ">o1<" in text, ">o2<" in text) == (True, True, False)


@pytest.mark.parametrize("number", [*COUNTED, OPEN])
def test_nothing_claimed_is_an_empty_list(traded: None, number: str) -> None:
    subject = report_of().subject
    assert (coupon_moves(subject, number), coupon_totals(subject, number)) == ([], (0, 0))


def test_lists_behind_numbers_are_for_those_who_read_reports(traded: None, window: Any) -> None:
    service, analyst = window("carl", "customer_service"), window("ann", "analyst")
    for path in ("goods/", "goods/?everywhere=1&since=2026-01-01", "orders/?day=2026-01-01"):
        where = f"/admin/reports/activity/ten-off/{path}"
        assert service.get(where).status_code == 403
        assert analyst.get(where).status_code == 200
    assert analyst.get("/admin/reports/activity/ten-off/coupons/").status_code == 404
