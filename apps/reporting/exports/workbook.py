"""The workbook of a report: sums first, then days, bearers and goods, then every order, with totals that are equal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import IO, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook

from apps.core.csv_export import safe_cell
from apps.core.spreadsheets import UNWRITABLE
from apps.orders.models.order import STATE_LABELS
from apps.reporting.exports.amounts import money
from apps.reporting.exports.comparisons import sheets_of
from apps.reporting.reports.numbers import top_goods
from apps.reporting.reports.orders import Narrowed, OrderRow, all_orders
from apps.reporting.reports.report import Report
from apps.reporting.templatetags.reporting import bearer

HEADER = (
    _("Order"),
    _("Paid at"),
    _("Customer"),
    _("Channel"),
    _("State"),
    _("List price"),
    _("Paid for goods"),
    _("Paid back for goods"),
    _("Discount"),
    _("Discount reversed"),
)
MOST_GOODS = 100_000


def write_workbook(report: Report, file: IO[bytes]) -> int:
    """How many orders are in it."""
    book = Workbook(write_only=True)
    _sheet(book, gettext("Report"), [gettext("Measure"), gettext("Value")], _sums(report))
    for name, header, rows in sheets_of(report):
        _sheet(book, name, header, rows)
    _sheet(
        book,
        gettext("By day"),
        [gettext("Day"), gettext("Orders"), gettext("Units"), gettext("GMV"), gettext("Discount")],
        _days(report),
    )
    _sheet(
        book,
        gettext("By bearer"),
        [gettext("Borne by"), gettext("Discount"), gettext("Discount reversed")],
        _bearers(report),
    )
    _sheet(
        book,
        gettext("Goods"),
        [gettext("SKU"), gettext("Name"), gettext("Units"), gettext("List price"), gettext("Paid for goods")],
        _goods(report),
    )
    return _orders(book, report, file)


def _sums(report: Report) -> Iterable[Sequence[Any]]:
    n, people = report.numbers, report.people
    yield gettext("Code"), report.subject.code
    yield gettext("Name"), report.subject.name
    yield gettext("Orders paid"), n.orders
    yield gettext("Orders returned whole"), n.back_orders
    yield gettext("Paid for goods"), money(n.gmv_amount)
    yield gettext("Paid back for goods"), money(n.back_gmv_amount)
    yield gettext("GMV"), money(n.gmv)
    yield gettext("Units"), n.kept_units
    yield gettext("Discount"), money(n.discount_amount)
    yield gettext("Discount reversed"), money(n.back_discount_amount)
    yield gettext("Cost of placements"), money(report.placement_cost)
    yield gettext("Customers"), people.customers
    yield gettext("New customers"), people.came_new
    if report.cost_per_new is not None:
        yield gettext("Cost per new customer"), money(report.cost_per_new)
    yield gettext("Margin"), money(report.margin.amount)
    if report.investment and report.investment.bps is not None:
        yield f"{gettext('Return on investment')} (%)", Decimal(report.investment.bps).scaleb(-2)
    if report.coupons.issued:
        yield gettext("Coupons issued"), report.coupons.issued
        yield gettext("Coupons used"), report.coupons.kept_used
    if report.review and report.review.conclusions:
        yield gettext("Conclusions"), report.review.conclusions


def _days(report: Report) -> Iterable[Sequence[Any]]:
    for day, n in report.days:
        yield day, n.kept_orders, n.kept_units, money(n.gmv), money(n.discount)


def _bearers(report: Report) -> Iterable[Sequence[Any]]:
    for party, amount, back in report.bearers:
        yield str(bearer(party)), money(amount), money(back)


def _goods(report: Report) -> Iterable[Sequence[Any]]:
    if report.subject.offers:
        for row in top_goods(report.subject.offers, MOST_GOODS):
            yield row["sku"], row["name"], row["sold"], money(row["listed"]), money(row["net"])


def _orders(book: Workbook, report: Report, file: IO[bytes]) -> int:
    sheet = book.create_sheet(gettext("Orders"))
    sheet.freeze_panes = "A2"
    sheet.append([str(cell) for cell in HEADER])
    count, sums = 0, [0] * 5
    for row in all_orders(report.subject, Narrowed.within(report.period)):
        sheet.append([_cell(cell) for cell in order_cells(row)])
        count += 1
        amounts = (row.listed, row.goods, row.refunded, row.discount, row.discount_back)
        sums = [one + two for one, two in zip(sums, amounts, strict=True)]
    sheet.append([gettext("Total"), None, None, None, count, *map(money, sums)])
    book.save(file)
    return count


def order_cells(row: OrderRow) -> list[Any]:
    """A line of the export; amounts in the currency's own unit."""
    return [
        row.code,
        row.paid_at.astimezone(ZoneInfo(settings.TIME_ZONE)).strftime("%Y-%m-%d %H:%M:%S"),
        row.customer,
        row.channel,
        str(STATE_LABELS[row.state]),
        *map(money, (row.listed, row.goods, row.refunded, row.discount, row.discount_back)),
    ]


def _sheet(book: Workbook, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    sheet.append(list(header))
    for row in rows:
        sheet.append([_cell(cell) for cell in row])


def _cell(value: Any) -> Any:
    return safe_cell(UNWRITABLE.sub("", value)) if isinstance(value, str) else value
