"""A month's lines as a file: a CSV that grows batch by batch, or a workbook with the parties first."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from tempfile import TemporaryFile
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as now_in_words
from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook

from apps.accounts.models import User
from apps.core.audit import record
from apps.core.csv_export import BYTE_ORDER_MARK, safe_cell
from apps.core.errors import DomainError, Forbidden
from apps.core.jobs import Batch, Job, start
from apps.core.jobs.files import append, output, store
from apps.core.spreadsheets import UNWRITABLE, XLSX
from apps.reporting.exports.amounts import money
from apps.reporting.models import SettlementLine, SettlementMonth
from apps.reporting.settlement.statement import PIECE, all_lines, lines_of, parties_of

KIND = "reporting.settlement_export"
FORMATS = ("xlsx", "csv")
PERMISSION = "reporting.export_settlement"
HEADER = (
    _("Entry"),
    _("Time"),
    _("Shop"),
    _("Borne by"),
    _("Order"),
    _("Line"),
    _("SKU"),
    _("Offer"),
    _("Discount"),
    _("Discount reversed"),
    _("Of a closed month"),
)


@transaction.atomic
def start_export(*, month: SettlementMonth, format: str, actor: User) -> Job:
    if not actor.has_perm(PERMISSION):
        raise Forbidden()
    record(action="settlement.export", subject=month, actor=actor, after={"format": format})
    params = {"month": month.month.isoformat(), "format": format, "language": get_language() or "zh-hans"}
    return start(kind=KIND, params=params, actor=actor, subject=month)


def step(job: Job) -> Batch:
    """One batch; the right is asked for anew, as it may have gone meanwhile."""
    actor = User.objects.filter(pk=job.actor_id).first() if job.actor_id else None
    if actor is None or not actor.has_perm(PERMISSION):
        raise DomainError("gone", _("You may not export settlements any more."))
    month = date.fromisoformat(job.params["month"])
    with translation.override(job.params["language"]):
        return _workbook(job, month) if job.params["format"] == "xlsx" else _rows(job, month)


def _rows(job: Job, month: date) -> Batch:
    after = job.cursor.get("after")
    name = f"settlement-{month:%Y-%m}.csv"
    file = output(job=job, role="settlement", name=name, content_type="text/csv; charset=utf-8")
    if after is None:
        append(file, BYTE_ORDER_MARK.encode() + _written([[str(cell) for cell in HEADER]]))
    lines = lines_of(month, after=after or 0)
    if lines:
        append(file, _written([cells(line) for line in lines]))
    return Batch(
        cursor={"after": lines[-1].pk if lines else after or 0},
        done=len(lines),
        total=SettlementLine.objects.filter(month=month).count() if after is None else None,
        finished=len(lines) < PIECE,
    )


def _workbook(job: Job, month: date) -> Batch:
    book = Workbook(write_only=True)
    _sheet(
        book,
        now_in_words("Parties"),
        [
            now_in_words(word)
            for word in ("Shop", "Borne by", "Orders", "Discount", "Discount reversed", "Owes")
        ],
        (
            [p.shop, p.bearer, p.orders, money(p.borne), money(p.back), money(p.owes)]
            for p in parties_of(month)
        ),
    )
    count = _sheet(
        book,
        now_in_words("Lines"),
        [str(cell) for cell in HEADER],
        (cells(line) for line in all_lines(month)),
    )
    with TemporaryFile() as file:
        book.save(file)
        made = store(job=job, role="settlement", stream=file, name=f"settlement-{month:%Y-%m}.xlsx")
    made.is_output, made.content_type = True, XLSX
    made.save(update_fields=["is_output", "content_type"])
    return Batch(done=count, total=count, finished=True)


def cells(line: SettlementLine) -> list[Any]:
    """A line of the file; amounts in the currency's own unit, so that they add up."""
    return [
        line.pk,
        line.at.astimezone(ZoneInfo(settings.TIME_ZONE)).strftime("%Y-%m-%d %H:%M:%S"),
        line.shop_code,
        line.bearer,
        line.order_code,
        line.line,
        line.sku,
        line.offer,
        money(line.borne_amount),
        money(line.back_amount),
        now_in_words("yes") if line.late else "",
    ]


def _sheet(book: Workbook, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    sheet.append(list(header))
    count = 0
    for row in rows:
        sheet.append([_cell(cell) for cell in row])
        count += 1
    return count


def _cell(value: Any) -> Any:
    return safe_cell(UNWRITABLE.sub("", value)) if isinstance(value, str) else value


def _written(rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    for row in rows:
        # Numbers are no formulas, whatever their sign.
        writer.writerow(
            [
                safe_cell(cell)
                if isinstance(cell, str)
                else format(cell, "f")
                if isinstance(cell, Decimal)
                else cell
                for cell in row
            ]
        )
    return text.getvalue().encode()
