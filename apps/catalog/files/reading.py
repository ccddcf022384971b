"""Reads an uploaded file of SKUs: into a plain table first, then judged in batches, then compared with what is stored.

Nothing of the catalogue changes here: what comes of it is a preview, every fault with its row and column, and the rows
themselves, kept under the job's number until somebody applies them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import IO, Any

import orjson
from django.db import connection, transaction
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.scope import shops_of, visible
from apps.catalog.files.columns import LABELS, CellError, Known, columns_of, read_cell
from apps.catalog.models import Brand, Category, Shop, Sku
from apps.catalog.selectors import portal
from apps.catalog.services.protection import PERMISSION
from apps.core import jobs
from apps.core.csv_export import BYTE_ORDER_MARK, safe_cell
from apps.core.errors import DomainError
from apps.core.jobs import files
from apps.core.permissions import require_permission
from apps.core.spreadsheets import numbered_rows

KIND = "catalog.read"
NEEDED = ("catalog.add_sku", "catalog.change_sku")
BATCH = 5_000
MOST_ROWS = 1_000_000
# Faults that the page shows itself; all are in the file.
SHOWN = 200
FIELDS = tuple(LABELS)
COPY = f"COPY catalog_filerow (job, line, {', '.join(FIELDS)}) FROM STDIN"
FORGET = "DELETE FROM catalog_filerow WHERE job = %s"
# What only all rows together show: a code twice, somebody else's SKU, a new one without a price or a shop, protection
# that this person may not change. One look at the rows and their SKUs; a row is told its first fault.
WRONG = """
SELECT line, code, fault FROM (
    SELECT r.line, r.code, CASE
        WHEN row_number() OVER (PARTITION BY r.code ORDER BY r.line) > 1 THEN 'twice'
        WHEN k.code IS NOT NULL AND %(limited)s AND NOT coalesce(k.shop_id = ANY(%(shops)s), false) THEN 'other_shop'
        WHEN k.code IS NULL AND NOT %(has_price)s THEN 'no_price'
        WHEN k.code IS NULL AND %(limited)s AND r.shop_id IS NULL THEN 'no_shop'
        WHEN k.code IS NOT NULL AND NOT %(may_protect)s AND (
            %(has_min)s AND k.min_price_amount IS DISTINCT FROM r.min_price_amount
            OR %(has_excluded)s AND k.excluded_from IS DISTINCT FROM r.excluded_from) THEN 'protected'
    END AS fault
    FROM catalog_filerow r LEFT JOIN catalog_sku k ON k.code = r.code WHERE r.job = %(job)s
) AS judged WHERE fault IS NOT NULL ORDER BY line
"""
DROP = "DELETE FROM catalog_filerow WHERE job = %s AND line = ANY(%s)"
TOLD = {
    "twice": gettext_noop("This SKU stands in an earlier row, too."),
    "other_shop": gettext_noop("This SKU belongs to another shop or to the platform."),
    "no_price": gettext_noop("This SKU is new, and the file has no column for prices."),
    "no_shop": gettext_noop("This SKU is new: name one of your shops."),
    "protected": gettext_noop("You may not change minimum prices or exclusions."),
}
COLUMN_OF = {"no_price": "price_amount", "no_shop": "shop_id", "protected": "min_price_amount"}
Fault = tuple[int, str, str, str]


@transaction.atomic
def start_reading(*, stream: IO[bytes], actor: User) -> jobs.Job:
    """Take an uploaded file; a worker reads it. Whoever uploads may write SKUs."""
    for permission in NEEDED:
        require_permission(actor, permission)
    return jobs.start(kind=KIND, params={}, actor=actor, inputs={"upload": stream})


def step(job: jobs.Job) -> jobs.Batch:
    """The table, then so many of its rows, then the comparison."""
    if "columns" not in job.cursor:
        return _make_table(job)
    table = job.files.get(role="table")
    at = int(job.cursor["at"])
    return _judge_batch(job, table, at) if at < table.size else _compare(job)


def _make_table(job: jobs.Job) -> jobs.Batch:
    """The upload as lines of JSON that a batch may begin at: a workbook can only be read from its beginning."""
    upload = files.open_file(job.files.get(role="upload"))
    rows = numbered_rows(upload)
    _number, header = next(rows, (0, []))
    columns = columns_of(header)
    table = files.output(job=job, role="table", name="table.jsonl", content_type="application/x-ndjson")
    jobs.JobFile.objects.filter(pk=table.pk).update(is_output=False)
    count = _write_lines(table, rows)
    if not count:
        raise DomainError("empty_sheet", _("There is no row in it."), "file")
    return jobs.Batch(cursor={"columns": columns, "at": 0}, total=count, result={"columns": columns})


def _write_lines(table: jobs.JobFile, rows: Iterable[tuple[int, Sequence[str]]]) -> int:
    count, waiting = 0, bytearray()
    for number, row in rows:
        count += 1
        if count > MOST_ROWS:
            raise DomainError("too_many", _("At most %(most)s rows."), "file", most=MOST_ROWS)
        waiting += orjson.dumps([number, *row]) + b"\n"
        if len(waiting) >= files.PIECE:
            files.append(table, bytes(waiting))
            waiting.clear()
    files.append(table, bytes(waiting))
    return count


def known_to(actor: Any) -> Known:
    named = {
        "shop_id": _codes(Shop),
        "category_id": _codes(Category),
        "brand_id": _codes(Brand),
    }
    return Known(named=named, shops=shops_of(actor), currency=portal().currency)


def _codes(model: Any) -> frozenset[str]:
    return frozenset(model.objects.values_list("pk", flat=True))


def _judge_batch(job: jobs.Job, table: jobs.JobFile, at: int) -> jobs.Batch:
    columns: list[str] = job.cursor["columns"]
    known, faults, read, rows = known_to(job.actor), [], 0, []
    stream = files.open_file(table)
    stream.seek(at)
    while read < BATCH and (line := stream.readline()):
        number, *cells = orjson.loads(line)
        read += 1
        row, wrong = judge_row(number, columns, cells, known)
        faults += wrong
        if not wrong:
            rows.append((job.pk, number, *(row.get(field) for field in FIELDS)))
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for row_values in rows:
            copy.write_row(row_values)
    told = report(job, faults)
    return jobs.Batch(cursor={**job.cursor, "at": stream.tell()}, done=read, result=told)


def judge_row(
    number: int, columns: Sequence[str], cells: Sequence[str], known: Known
) -> tuple[dict[str, Any], list[Fault]]:
    """The values of a row by field, or every fault in it."""
    row: dict[str, Any] = {}
    faults: list[Fault] = []
    texts = [*cells, *[""] * (len(columns) - len(cells))]
    for field, text in zip(columns, texts, strict=False):
        try:
            row[field] = read_cell(field, text, known)
        except CellError as wrong:
            faults.append((number, field, text, str(wrong)))
    if len(cells) > len(columns):
        faults.append(
            (number, "", cells[len(columns)], gettext("More cells than the first line has columns."))
        )
    return row, faults


def report(job: jobs.Job, faults: Sequence[Fault]) -> dict[str, Any]:
    """Write all faults to the file that people take away; the first of them are told on the page, too."""
    first = list(job.result.get("first_faults", []))
    rows = {line for line, *_rest in faults}
    told = {
        "faults": job.result.get("faults", 0) + len(faults),
        "faulty_rows": job.result.get("faulty_rows", 0) + len(rows),
        "first_faults": [*first, *faults[: SHOWN - len(first)]] if len(first) < SHOWN else first,
    }
    if faults:
        file = files.output(
            job=job, role="faults", name="sku-faults.csv", content_type="text/csv; charset=utf-8"
        )
        text = io.StringIO()
        writer = csv.writer(text)
        if not file.size:
            text.write(BYTE_ORDER_MARK)
            writer.writerow([gettext("row"), gettext("column"), gettext("cell"), gettext("what is wrong")])
        writer.writerows(
            (line, column_name(field), safe_cell(cell), why) for line, field, cell, why in faults
        )
        files.append(file, text.getvalue().encode())
    return told


def column_name(field: str) -> str:
    return str(LABELS.get(field, "–"))


def _compare(job: jobs.Job) -> jobs.Batch:
    """The faults that only all rows show, and what applying the others would do."""
    columns: list[str] = job.cursor["columns"]
    shops = shops_of(job.actor)
    names: dict[str, Any] = {
        "job": job.pk,
        "limited": shops is not None,
        "shops": sorted(shops or ()),
        "has_price": "price_amount" in columns,
        "has_min": "min_price_amount" in columns,
        "has_excluded": "excluded_from" in columns,
        "may_protect": job.actor is not None and job.actor.has_perm(PERMISSION),
    }
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE catalog_filerow")
        cursor.execute(WRONG, names)
        found = cursor.fetchall()
        cursor.execute(DROP, [job.pk, [line for line, _code, _fault in found]])
    faults = [(line, COLUMN_OF.get(fault, "code"), code, gettext(TOLD[fault])) for line, code, fault in found]
    told = {**report(job, faults), **_numbers(job, columns)}
    return jobs.Batch(cursor=job.cursor, result=told, finished=True)


def _numbers(job: jobs.Job, columns: Sequence[str]) -> dict[str, Any]:
    """How many rows are new, change something, or don't; how many SKUs the file doesn't name."""
    others = [field for field in columns if field != "code"]
    changed = " OR ".join(f"k.{field} IS DISTINCT FROM r.{field}" for field in others) or "false"
    price = "k.price_amount IS DISTINCT FROM r.price_amount" if "price_amount" in others else "false"
    statement = f"""
SELECT count(*) FILTER (WHERE k.code IS NULL), count(*) FILTER (WHERE k.code IS NOT NULL AND ({changed})),
    count(*) FILTER (WHERE k.code IS NOT NULL AND NOT ({changed})),
    count(*) FILTER (WHERE k.code IS NOT NULL AND {price})
FROM catalog_filerow r LEFT JOIN catalog_sku k ON k.code = r.code WHERE r.job = %s
"""  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [job.pk])
        new, changes, same, prices = cursor.fetchone()
    stored = visible(job.actor, Sku.objects.all()).count()
    return {"new": new, "changed": changes, "same": same, "prices": prices, "absent": stored - changes - same}


READING = gettext_noop("%(faults)s faults so far.")
READ = gettext_noop(
    "New %(new)s · changed %(changed)s (prices %(prices)s) · unchanged %(same)s · faulty rows %(faulty_rows)s. "
    "%(absent)s SKUs are not in the file; they stay as they are."
)


def tell(job: jobs.Job) -> str:
    numbers = {name: f"{value:,}" for name, value in job.result.items() if isinstance(value, int)}
    sentence = READ if "new" in job.result else READING
    return gettext(sentence) % {"faults": "0", **numbers}


def faults_shown(job: jobs.Job) -> list[tuple[int, str, str, str]]:
    """The first faults by row, for the page."""
    shown = sorted(tuple(fault) for fault in job.result.get("first_faults", []))
    return [(line, column_name(field), cell, why) for line, field, cell, why in shown]


def forget(job: int) -> None:
    """The rows of a file that was applied, or never will be."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [job])
