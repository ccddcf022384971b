"""All SKUs that a person may read as CSV or XLSX, in the columns that an import understands."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from tempfile import TemporaryFile

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext

from apps.accounts.models import User
from apps.accounts.scope import visible
from apps.catalog.files.columns import LABELS, WIDTHS, write_cell
from apps.catalog.models import Sku
from apps.catalog.selectors import portal
from apps.core import jobs
from apps.core.audit import Subject, record
from apps.core.csv_export import BYTE_ORDER_MARK, safe_cell
from apps.core.jobs import files
from apps.core.permissions import require_permission
from apps.core.spreadsheets import XLSX, Cell, write_xlsx
from apps.pricing.money import exponent_of

KIND = "catalog.export"
VIEW = "catalog.view_sku"
BATCH = 10_000
CSV_TYPE = "text/csv; charset=utf-8"
FORMATS = ("csv", "xlsx")


@transaction.atomic
def start_export(*, as_format: str, actor: User) -> jobs.Job:
    """A file of every SKU of the person's shops; who asked for it is noted."""
    require_permission(actor, VIEW)
    if as_format not in FORMATS:
        raise ValueError(as_format)
    record(
        action="catalog.export", subject=Subject("catalog", "skus"), actor=actor, after={"format": as_format}
    )
    return jobs.start(kind=KIND, params={"format": as_format}, actor=actor)


def step(job: jobs.Job) -> jobs.Batch:
    """So many rows of a CSV file; a workbook, which cannot be lengthened, at once."""
    rows = visible(job.actor, Sku.objects.order_by("code"))
    return _workbook(job, rows) if job.params["format"] == "xlsx" else _csv(job, rows)


def _csv(job: jobs.Job, rows: QuerySet[Sku]) -> jobs.Batch:
    file = files.output(job=job, role="skus", name="skus.csv", content_type=CSV_TYPE)
    after = job.cursor.get("after", "")
    lines = list(_cells(rows.filter(code__gt=after)[:BATCH]))
    text = io.StringIO()
    writer = csv.writer(text)
    if not file.size:
        text.write(BYTE_ORDER_MARK)
        writer.writerow(_header())
    writer.writerows([safe_cell(cell) for cell in line] for line in lines)
    files.append(file, text.getvalue().encode())
    return jobs.Batch(
        cursor={"after": lines[-1][0] if lines else after},
        done=len(lines),
        result={"rows": job.done + len(lines)},
        total=rows.count() if job.total is None else job.total,
        finished=len(lines) < BATCH,
    )


def _workbook(job: jobs.Job, rows: QuerySet[Sku]) -> jobs.Batch:
    file = files.output(job=job, role="skus", name="skus.xlsx", content_type=XLSX)
    with TemporaryFile() as book:
        write_xlsx(book, _header(), _cells(rows), widths=WIDTHS)
        book.seek(0)
        while piece := book.read(files.PIECE):
            files.append(file, piece)
    count = rows.count()
    return jobs.Batch(done=count, total=count, result={"rows": count}, finished=True)


def _header() -> list[str]:
    return [str(label) for label in LABELS.values()]


def _cells(rows: QuerySet[Sku]) -> Iterator[Sequence[Cell]]:
    exponent = exponent_of(portal().currency)
    for values in rows.values_list(*LABELS).iterator(chunk_size=5_000):
        yield [write_cell(field, value, exponent) for field, value in zip(LABELS, values, strict=True)]


def tell(job: jobs.Job) -> str:
    return gettext("%(rows)s SKUs.") % {"rows": f"{job.result['rows']:,}"}
