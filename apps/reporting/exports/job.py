"""An export as a long work: the CSV grows batch by batch, the workbook is written as a whole."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from tempfile import TemporaryFile
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core.audit import Subject as AuditSubject
from apps.core.audit import record
from apps.core.csv_export import BYTE_ORDER_MARK, safe_cell
from apps.core.errors import DomainError
from apps.core.jobs import Batch, Job, start
from apps.core.jobs.files import append, output, store
from apps.core.spreadsheets import XLSX
from apps.reporting.exports.workbook import HEADER, order_cells, write_workbook
from apps.reporting.reports.numbers import ALWAYS, Period
from apps.reporting.reports.orders import FIRST, Narrowed, orders_of, totals_of
from apps.reporting.reports.report import Report
from apps.reporting.reports.subjects import Subject, find

KIND = "reporting.export"
FORMATS = ("xlsx", "csv")
PERMISSION = "reporting.export_report"
PIECE = 2_000


@transaction.atomic
def start_export(*, subject: Subject, format: str, actor: User, period: Period = ALWAYS) -> Job:
    """The caller has asked for the permission and for the right to see the subject."""
    about = AuditSubject(subject.document, subject.code)
    record(action="reporting.export", subject=about, actor=actor, after={"format": format})
    params = {
        "document": subject.document,
        "code": subject.code,
        "format": format,
        "language": get_language() or "zh-hans",
        "period": [moment and moment.isoformat() for moment in (period.since, period.until)],
    }
    return start(kind=KIND, params=params, actor=actor, subject=about)


def step(job: Job) -> Batch:
    """One batch; what the person may see is asked anew, as rights may have gone meanwhile."""
    actor = User.objects.get(pk=job.actor_id or 0)
    subject = find(actor, job.params["document"], job.params["code"])
    if subject is None or not actor.has_perm(PERMISSION):
        raise DomainError("gone", _("This report is no longer yours to see."))
    with translation.override(job.params["language"]):
        return _workbook(job, subject) if job.params["format"] == "xlsx" else _lines(job, subject)


def _period(job: Job) -> Period:
    """The days of the page it was asked for on."""
    moments = job.params.get("period", [None, None])
    return Period(*(moment and datetime.fromisoformat(moment) for moment in moments))


def _workbook(job: Job, subject: Subject) -> Batch:
    with TemporaryFile() as file:
        orders = write_workbook(Report(subject, _period(job)), file)
        made = store(job=job, role="report", stream=file, name=f"{subject.code}.xlsx")
    made.is_output, made.content_type = True, XLSX
    made.save(update_fields=["is_output", "content_type"])
    return Batch(done=orders, total=orders, finished=True)


def _lines(job: Job, subject: Subject) -> Batch:
    before, narrowed = job.cursor.get("before"), Narrowed.within(_period(job))
    file = output(job=job, role="report", name=f"{subject.code}.csv", content_type="text/csv; charset=utf-8")
    if before is None:
        append(file, BYTE_ORDER_MARK.encode() + _written([[str(cell) for cell in HEADER]]))
    rows = orders_of(subject, narrowed, before=FIRST if before is None else before, most=PIECE)
    if rows:
        append(file, _written([order_cells(row) for row in rows]))
    return Batch(
        cursor={"before": rows[-1].id if rows else 0},
        done=len(rows),
        total=totals_of(subject, narrowed).orders if before is None else None,
        finished=len(rows) < PIECE,
    )


def _written(rows: Sequence[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    for row in rows:
        # Numbers are no formulas, whatever their sign.
        writer.writerow([safe_cell(cell) if isinstance(cell, str) else cell for cell in row])
    return text.getvalue().encode()
