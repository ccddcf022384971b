"""The workbook says what the page says: what the numbers are held against, and the days that the page shows."""

import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

from openpyxl import load_workbook

from apps.accounts.models import User
from apps.audiences.services import upsert_audiences
from apps.catalog.models import Sku
from apps.core.clock import database_now
from apps.core.jobs import Job, run
from apps.core.jobs.files import pieces
from apps.orders.chain import LEDGER
from apps.orders.models import Order
from apps.pricing.holdout import in_holdout
from apps.reporting.exports.workbook import write_workbook
from apps.reporting.reports.report import Report
from apps.reporting.reports.subjects import find
from apps.reporting.rollups.rolling import roll_up
from tests.reporting.test_report_pages import traded
from tests.reporting.test_watch_ladder import template
from tests.storefront import fair

__all__ = ["traded"]


def sheets_in(content: bytes) -> dict[str, list[tuple[Any, ...]]]:
    book = load_workbook(io.BytesIO(content), data_only=True)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


def test_goal_baseline_and_holdout_are_in_the_workbook(shop_fair: None, shop: Any) -> None:
    people = [f"p{number}" for number in range(40)]
    held = [one for one in people if in_holdout("tried", one, 5_000)]
    got = [one for one in people if one not in held]
    upsert_audiences(actor="test", rows=[{"code": "many", "members": people}])
    now = database_now()
    fair.publish(
        fair.activity(
            "tried",
            starts_at=now.isoformat(),
            ends_at=(now + timedelta(hours=1)).isoformat(),
            targeting={"audiences": ["many"]},
            holdout_bps=5_000,
            placements=[],
            goals=[{"metric": "orders", "target": 4}],
        )
    )
    shop.paid("before", 1)
    Order.objects.filter(code="before").update(paid_at=now - timedelta(weeks=1))
    shop.paid("o1", 1, customer=got[0])
    shop.paid("o2", 2, customer=held[0])
    LEDGER.seal()
    roll_up()
    Sku.objects.filter(code="A").update(name="Green tea")
    subject = find(User(username="all"), "activity", "tried")
    assert subject is not None
    file = io.BytesIO()

    write_workbook(Report(subject), file)

    sheets = sheets_in(file.getvalue())
    assert sheets["Goals"][1][1:] == ("4", "1", 25)
    assert [row[1:4] for row in sheets["Baseline"][1:3]] == [(1, 3, 2), (100, 290, 190)]
    assert sheets["Baseline"][4][0].startswith("Against the average of the same weekdays before (1")
    holdout = sheets["Holdout"]
    assert holdout[1][1:3] == (len(got), len(held))
    assert holdout[2][1:3] == (1, 1)
    shares = [round(100 / len(got), 4), round(100 / len(held), 4)]
    assert list(holdout[3][1:3]) == shares
    assert holdout[3][4] < 0 < holdout[3][5], "the interval of so few people holds no difference, too"
    assert list(holdout[4][1:3]) == [round(90 / len(got), 4), round(200 / len(held), 4)]
    assert holdout[5][0].startswith("The data cannot tell")
    assert sheets["Goods"][1][:3] == ("A", "Green tea", 1)


def test_days_of_a_shops_page_are_those_of_its_orders_and_its_workbook(traded: None, window: Any) -> None:
    now = database_now()
    Order.objects.filter(code="o3").update(paid_at=now - timedelta(days=40))
    analyst = window("ann", "analyst")
    page = "/admin/reports/shop/S1/"

    shown = analyst.get(page).context
    behind = analyst.get(shown["orders_url"]).context["totals"]
    analyst.post(f"{page}export/?{shown['days'].query}", {"format": "xlsx"})

    assert behind.orders == 2
    assert [row.code for row in analyst.get(shown["every_url"]).context["rows"]] == ["o3", "o2", "o1"]
    job = run(Job.objects.get())
    sheet = sheets_in(b"".join(pieces(job.files.get())))["Orders"]
    assert [row[0] for row in sheet[1:]] == ["o2", "o1", "Total"]
    assert (sheet[-1][6], behind.goods) == (Decimal(280), 28_000)


def test_a_templates_page_says_which_numbers_are_of_its_days(shop_fair: None, window: Any) -> None:
    template("ten")
    analyst = window("ann", "analyst")
    asked = {"since": "2026-11-01", "until": "2026-11-07"}

    of_days = analyst.get("/admin/reports/template/ten/", asked)
    of_all = analyst.get("/admin/reports/template/ten/")

    assert "Customers, margin and goods are of its whole time." in of_days.content.decode()
    assert of_days.context["orders_url"].endswith("/orders/?since=2026-11-01&until=2026-11-07&")
    assert of_days.context["every_url"] == of_all.context["orders_url"]
    assert "of its whole time" not in of_all.content.decode()
