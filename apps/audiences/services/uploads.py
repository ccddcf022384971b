"""A list of millions as a long work: read in batches that are kept aside, then put in place in one transaction.

Whoever asks for prices sees the old list or the new one, never half of either. Every wrong row is in a file to take
away.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import IO, Any

from django.db import connection, transaction
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.audiences.member_file import HEADER
from apps.audiences.models import Audience
from apps.audiences.services.guard import guard_audience_change
from apps.audiences.services.lists import Uploaded, import_members
from apps.core import jobs
from apps.core.csv_export import BYTE_ORDER_MARK, safe_cell
from apps.core.errors import DomainError
from apps.core.jobs import files
from apps.core.permissions import require_permission
from apps.pricing.faults import CODE

KIND = "audiences.list"
CHANGE = "audiences.change_audience"
# A second or so of reading: how far it is moves, and a cancellation loses little.
BATCH_BYTES = 2 * 1024 * 1024
COPY = "COPY audiences_uploadedmember (job, customer_code) FROM STDIN"
FORGET = "DELETE FROM audiences_uploadedmember WHERE job = %s"
LONGEST_SHOWN = 100
# COPY reads a backslash as the beginning of something.
ESCAPE, ESCAPED = "\\", "\\\\"


@transaction.atomic
def start_upload(
    *, audience: Audience, stream: IO[bytes], actor: User, replace: bool, skip_bad: bool, reason: str = ""
) -> jobs.Job:
    """Take a file whose header is `customer`; a worker reads it. Errors: header, encoding."""
    require_permission(actor, CHANGE)
    guard_audience_change(audience.code)
    first = _first_line(stream)
    params = {
        "audience": audience.pk,
        "replace": replace,
        "skip_bad": skip_bad,
        "reason": reason,
        "begin": first,
    }
    return jobs.start(kind=KIND, params=params, actor=actor, subject=audience, inputs={"list": stream})


def _first_line(stream: IO[bytes]) -> int:
    """Where the rows begin; raises DomainError on `file` for another header."""
    stream.seek(0)
    line = stream.readline(1000)
    try:
        cells = [cell.strip() for cell in line.decode("utf-8-sig").split(",")]
    except UnicodeDecodeError as error:
        raise DomainError("encoding", _("The file is not UTF-8."), field="file") from error
    if [cell.strip('"') for cell in cells] != [HEADER]:
        raise DomainError("header", _("The first line must be the header “customer”."), field="file")
    return len(line)


def step(job: jobs.Job) -> jobs.Batch:
    """One batch: so many bytes read and kept, or, once all are, the list put in place."""
    file = job.files.get(role="list")
    at = int(job.cursor.get("at", job.params["begin"]))
    if at >= file.size:
        return _finish(job)
    rows, bad, lines, end = _read(job, file, at)
    told = {"rows": job.result.get("rows", 0) + rows, "bad": job.result.get("bad", 0) + bad}
    guess = told["rows"] * (file.size - job.params["begin"]) // max(1, end - job.params["begin"])
    total = told["rows"] if end >= file.size else max(guess, told["rows"])
    return jobs.Batch(cursor={"at": end, "lines": lines}, done=rows, total=total, result=told)


def _read(job: jobs.Job, file: jobs.JobFile, at: int) -> tuple[int, int, int, int]:
    """Rows read, wrong ones among them, the number of the last line, and where the next batch begins."""
    stream = files.open_file(file)
    stream.seek(at)
    text = stream.read(BATCH_BYTES)
    text += stream.readline()
    good: list[str] = []
    faults: list[tuple[int, str]] = []
    line = int(job.cursor.get("lines", 1))
    for line, cell in enumerate(_cells(text), start=line + 1):  # noqa: B020
        if CODE.match(cell):
            good.append(f"{job.pk}\t{cell.replace(ESCAPE, ESCAPED)}\n")
        elif cell:
            faults.append((line, cell))
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        copy.write("".join(good))
    _report(job, faults)
    return len(good) + len(faults), len(faults), line, at + len(text)


def _cells(text: bytes) -> Iterator[str]:
    """The only cell of every line; what is no id in a line of several cells, or no UTF-8, is made one that is wrong."""
    for line in text.decode(errors="replace").removesuffix("\n").split("\n"):
        cell = line.strip()
        if cell[:1] == '"' and cell[-1:] == '"':
            cell = cell[1:-1].replace('""', '"').strip()
        elif "," in cell:
            cell = f"{cell} "  # no id ends with a space
        yield cell


def _report(job: jobs.Job, faults: list[tuple[int, str]]) -> None:
    """All wrong rows with their line, in the words of whoever uploaded."""
    if not faults:
        return
    name = f"{job.subject_code}-wrong-rows.csv"
    file = files.output(job=job, role="faults", name=name, content_type="text/csv; charset=utf-8")
    text = io.StringIO()
    writer = csv.writer(text)
    if not file.size:
        text.write(BYTE_ORDER_MARK)
        writer.writerow([gettext("line"), gettext("text"), gettext("what is wrong")])
    why = gettext(
        "This is no customer id: 1 to 64 visible characters without spaces and / and alone in its line."
    )
    writer.writerows((line, safe_cell(cell[:LONGEST_SHOWN].strip()), why) for line, cell in faults)
    files.append(file, text.getvalue().encode())


def _finish(job: jobs.Job) -> jobs.Batch:
    rows, bad = job.result.get("rows", 0), job.result.get("bad", 0)
    told: dict[str, Any] = {"applied": False}
    if not bad or job.params["skip_bad"]:
        told = _apply(job, Uploaded(job.pk, rows, bad))
    forget(job.pk)
    return jobs.Batch(cursor=job.cursor, total=rows, result=told, finished=True)


def forget(job: int) -> None:
    """The rows that were read and have been put in place, or never will be."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [job])


def _apply(job: jobs.Job, rows: Uploaded) -> dict[str, Any]:
    params = job.params
    report = import_members(
        audience=Audience.objects.get(pk=params["audience"]),
        rows=rows,
        actor=job.actor,
        replace=params["replace"],
        skip_bad=True,
        reason=params["reason"],
    )
    told = {"applied": report.applied, "asked": report.asked is not None, "repeated": report.repeated}
    return {**told, "added": report.added, "removed": report.removed}


WRONG = gettext_noop(
    "%(bad)s of %(rows)s rows are wrong: nothing was changed. Take the list of them away below."
)
WAITS = gettext_noop(
    "%(added)s would be added, %(removed)s removed; another person decides, as offers use this audience."
)
PUT = gettext_noop("%(added)s added, %(removed)s removed; %(repeated)s rows were repeated, %(bad)s wrong.")
READING = gettext_noop("%(rows)s rows read, %(bad)s wrong so far.")


def tell(job: jobs.Job) -> str:
    """What came of it."""
    said = {"added": 0, "removed": 0, "repeated": 0, "bad": 0, "rows": 0, **job.result}
    numbers = {name: f"{value:,}" for name, value in said.items() if not isinstance(value, bool)}
    if "applied" not in said:
        return gettext(READING) % numbers
    if said.get("asked"):
        return gettext(WAITS) % numbers
    sentence = PUT if said["applied"] else WRONG
    return gettext(sentence) % numbers
