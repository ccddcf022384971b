"""The watch board: its numbers are those of counters and ledger, what is odd stands on top, the cost is constant."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.activities import services
from apps.activities.models import Activity
from apps.catalog.models import Sku
from apps.core.clock import database_now, frozen
from apps.reporting.watch import forecasts
from apps.reporting.watch.board import Row, board_for
from apps.reporting.watch.trade import trades_of
from tests.activities.cast import person
from tests.orders_life.shop import Shop
from tests.storefront import fair

pytestmark = pytest.mark.usefixtures("shop_fair")


def row(code: str = "f") -> Row:
    user = person(f"reader-{code}", "operator") if not _readers(code) else _readers(code)[0]
    return next(one for one in board_for(user).rows if one.activity.code == code)


def _readers(code: str) -> Any:
    from apps.accounts.models import User

    return list(User.objects.filter(username=f"reader-{code}"))


def alarms(code: str = "f") -> list[str]:
    return [alarm.code for alarm in row(code).alarms]


def test_numbers_of_a_row(shop: Shop) -> None:
    """Given one paid and one held order, then stock, budget, unpaid units, pace and discount are exact."""
    fair.publish(fair.flash("f", 6_000, stock={"total": 10}, budget={"amount": 100_000}))
    shop.paid("o1", 1)
    shop.held("o2", 2)
    shown = row()
    assert shown.whole is not None
    assert shown.budget is not None
    assert (shown.whole.sold, shown.whole.held, shown.whole.left) == (1, 2, 7)
    assert (shown.budget.sold, shown.budget.held, shown.budget.left) == (4_000, 8_000, 88_000)
    assert (shown.held_units, shown.trade.held_orders) == (2, 1)
    assert (shown.trade.last_minute, shown.trade.orders) == (2, 2)
    assert (shown.trade.average, shown.trade.depth_bps) == (6_000, 4_000)


def test_depth_is_of_the_goods_it_touched_and_bearers_count_once(shop: Shop) -> None:
    """Given an offer on A borne by two, when A and Z are ordered together, then the depth is that of A alone."""
    bearers = [{"party": "platform", "bps": 6_000}, {"party": "shop", "bps": 4_000}]
    fair.publish(fair.flash("f", 6_000, bearers=bearers))
    lines = [{"line": "1", "sku": "A", "quantity": 1}, {"line": "2", "sku": "Z", "quantity": 4}]
    shop.held("o1", lines=lines)
    shown = row()
    assert (shown.trade.average, shown.trade.depth_bps) == (4_000, 4_000)


def test_what_was_cancelled_waits_no_more(shop: Shop) -> None:
    fair.publish(fair.flash("f", 6_000, stock={"total": 10}))
    shop.held("o1", 2)
    assert row().held_units == 2
    shop.cancel("o1")
    assert (row().held_units, row().trade.last_minute) == (0, 1)


def test_an_hour_old_order_is_no_pace(shop: Shop) -> None:
    fair.publish(fair.flash("f", 6_000))
    shop.paid("o1", 1)
    with frozen(database_now() + timedelta(hours=1)):
        shown = row()
    assert (shown.trade.last_minute, shown.trade.orders, shown.trade.average) == (0, 0, None)
    assert (shown.trade.ever_sold, shown.alarms) == (True, ())


def test_below_the_floor_is_said_with_sku_and_price(shop: Shop) -> None:
    """Given a floor of 70.00 that is only watched, when A goes for 60.00, then the board names both."""
    Sku.objects.filter(pk="A").update(floor_price_amount=7_000)
    fair.publish(fair.flash("f", 6_000))
    shop.held("o1", 1)
    (alarm,) = row().alarms
    assert alarm.code == "below_floor"
    assert alarm.text == "A was sold at ¥60, below its floor of ¥70 (orders in ten minutes: 1)"


def test_at_the_floor_nothing_is_wrong(shop: Shop) -> None:
    Sku.objects.filter(pk="A").update(floor_price_amount=6_000)
    fair.publish(fair.flash("f", 6_000))
    shop.held("o1", 1)
    assert alarms() == []


@pytest.mark.parametrize(("minutes", "said"), [(9, []), (11, ["no_order"])])
def test_no_order_ten_minutes_after_the_start(shop: Shop, ago: Any, minutes: int, said: list[str]) -> None:
    fair.publish(fair.flash("f", 6_000, starts_at=ago(minutes)))
    assert alarms() == said
    shop.held("o1", 1)
    assert alarms() == []


@pytest.fixture
def forecast() -> Iterator[dict[str, int]]:
    """What somebody foresaw: depths by code."""
    depths: dict[str, int] = {}

    def source(codes: Any) -> dict[str, int]:
        return {code: depths[code] for code in codes if code in depths}

    forecasts.register(source)
    yield depths
    forecasts.unregister(source)


@pytest.mark.parametrize(("foreseen", "said"), [(2_000, []), (1_999, ["depth"])])
def test_depth_over_twice_the_forecast(
    shop: Shop, forecast: dict[str, int], foreseen: int, said: list[str]
) -> None:
    """40% off: twice 20.00% is allowed, twice 19.99% is not."""
    forecast["f"] = foreseen
    fair.publish(fair.flash("f", 6_000))
    shop.held("o1", 1)
    assert alarms() == said
    assert row().forecast_bps == foreseen


@pytest.mark.parametrize(("price", "said"), [(3_000, []), (2_900, ["depth"])])
def test_depth_over_the_limit_where_nobody_foresaw(shop: Shop, price: int, said: list[str]) -> None:
    fair.publish(fair.flash("f", price))
    shop.held("o1", 1)
    assert alarms() == said


def test_one_customer_with_a_large_share(shop: Shop) -> None:
    """Given ten orders, when one customer has three tenths of the discount, then they are named."""
    fair.publish(fair.flash("f", 6_000))
    for number in range(2):
        shop.held(f"c1-{number}", 1, customer="c1")
    for number in range(7):
        shop.held(f"other-{number}", 1, customer=f"n{number}")
    assert alarms() == []  # nine orders say nothing
    shop.held("last", 1, customer="c1")
    (alarm,) = row().alarms
    assert alarm.text == "Customer c1 has 30% of the discount of the last ten minutes"


def test_odd_ones_come_first_and_paused_ones_stay(shop: Shop, ago: Any) -> None:
    fair.publish(fair.flash("good", 6_000))
    fair.publish(fair.flash("held-back", 6_100))
    fair.publish(fair.flash("quiet", 6_200, starts_at=ago(30)))
    shop.held("o1", 1)
    ann = person("ann", "operator")
    services.pause(thing=Activity.objects.get(code="held-back"), actor=ann, reason="x")
    Activity.objects.filter(code="good").update(starts_at=ago(5))
    board = board_for(ann)
    assert [(one.activity.code, one.state.value) for one in board.rows] == [
        ("held-back", "paused"),
        ("quiet", "live"),
        ("good", "live"),
    ]
    assert (board.alarms, [one.activity.code for one in board.quiet]) == ([], ["quiet"])


@pytest.mark.parametrize(("activities", "orders"), [(1, 1), (6, 5)])
def test_the_rows_cost_the_same_whatever_sells(shop: Shop, window: Any, activities: int, orders: int) -> None:
    for number in range(activities):
        fair.publish(
            fair.flash(
                f"f{number}",
                6_000 + number,
                stock={"total": 9, "per_sku": {"A": 9}},
                budget={"amount": 90_000},
            )
        )
    for number in range(orders):
        shop.held(f"o{number}")
    client = window("sam", "operator")
    client.get("/admin/watch/rows/")
    with CaptureQueriesContext(connection) as captured:
        answer = client.get("/admin/watch/rows/")
    asked = [one["sql"] for one in captured.captured_queries]
    own = [
        sql for sql in asked if not any(name in sql for name in ("accounts_user", "django_session", "auth_"))
    ]
    # clock, activities, trades, forecasts, currency, book version, counters
    assert len(own) == 7, own
    assert len(answer.context["board"].rows) == activities


def test_a_quiet_offer_costs_no_rows(shop: Shop) -> None:
    assert trades_of([]) == {}
    assert trades_of(["nobody"])["nobody"].orders == 0


def test_who_may_not_see_activities_sees_no_board(window: Any) -> None:
    fair.publish(fair.flash("f", 6_000))
    assert window("adam", "administrator").get("/admin/watch/rows/").status_code == 403
    reader = window("ana", "analyst").get("/admin/watch/rows/")
    assert reader.status_code == 200
    assert (b"pw-pause-f" in reader.content, b"pw-skus-f" in reader.content) == (False, False)
    operator = window("sam", "operator").get("/admin/watch/rows/")
    assert (b"pw-pause-f" in operator.content, b"pw-skus-f" in operator.content) == (True, True)
