"""Takes uploaded lists of customers: streamed into the database, each once, with every bad row reported."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from apps.accounts.models import User
from apps.approvals.models import ApprovalRequest
from apps.approvals.uses import uses_of
from apps.audiences.models import Audience, ListDraft
from apps.audiences.services.asking import ask_list
from apps.audiences.services.guard import guard_audience_change
from apps.core.audit import record
from apps.pricing.faults import CODE

MAX_FAULTS = 1_000
STAGE = "stage_audiences_audiencemember"

REMOVE = f"""
DELETE FROM audiences_audiencemember m WHERE m.audience_id = %(audience)s
  AND NOT EXISTS (SELECT 1 FROM {STAGE} s WHERE s.customer_code = m.customer_code)
"""  # noqa: S608
# In the order of the index, so that its pages are filled one after another. The audience's row is locked: nobody
# else adds to this list, so that nothing can conflict.
ADD = f"""
INSERT INTO audiences_audiencemember (customer_code, audience_id)
SELECT DISTINCT customer_code, %(audience)s::integer FROM {STAGE} s WHERE NOT EXISTS (
    SELECT 1 FROM audiences_audiencemember m
    WHERE m.customer_code = s.customer_code AND m.audience_id = %(audience)s
)
ORDER BY customer_code
"""  # noqa: S608
CREATE_STAGE = f'CREATE TEMPORARY TABLE {STAGE} (customer_code varchar(64) COLLATE "C") ON COMMIT DROP'
TO_DRAFT = f"""
INSERT INTO audiences_listdraftmember (draft_id, customer_code)
SELECT DISTINCT %s::bigint, customer_code FROM {STAGE}
"""  # noqa: S608
FROM_DRAFT = f"""
INSERT INTO {STAGE} SELECT customer_code FROM audiences_listdraftmember WHERE draft_id = %s
"""  # noqa: S608
FORETELL = f"""
SELECT (SELECT count(DISTINCT s.customer_code) FROM {STAGE} s WHERE NOT EXISTS (
        SELECT 1 FROM audiences_audiencemember m
        WHERE m.customer_code = s.customer_code AND m.audience_id = %(audience)s)),
    (SELECT count(*) FROM audiences_audiencemember m
        WHERE %(replace)s AND m.audience_id = %(audience)s
        AND NOT EXISTS (SELECT 1 FROM {STAGE} s WHERE s.customer_code = m.customer_code))
"""  # noqa: S608
FROM_UPLOAD = f"INSERT INTO {STAGE} SELECT customer_code FROM audiences_uploadedmember WHERE job = %s"  # noqa: S608
COUNT = f"SELECT count(DISTINCT customer_code) FROM {STAGE}"  # noqa: S608


@dataclass(frozen=True)
class Uploaded:
    """Rows that a job has read already and kept under its number: so many in all, so many of them wrong."""

    job: int
    rows: int
    bad: int


Rows = Iterable[tuple[int, str]] | Uploaded


@dataclass(frozen=True)
class BadRow:
    """A row that is no customer id, as it stood in the file."""

    number: int
    text: str


@dataclass
class ListReport:
    """What an import of a list did, or would have done: with bad rows and no leave to skip them nothing is written."""

    rows: int = 0
    repeated: int = 0
    added: int = 0
    removed: int = 0
    bad: int = 0
    first_bad: list[BadRow] = field(default_factory=list)
    applied: bool = False
    asked: ApprovalRequest | None = None

    @property
    def changed(self) -> bool:
        return self.applied and bool(self.added or self.removed)


@transaction.atomic
def import_members(
    *,
    audience: Audience,
    rows: Rows,
    actor: Any,
    replace: bool = True,
    skip_bad: bool = False,
    reason: str = "",
) -> ListReport:
    """Make (`replace`) or lengthen the list of an audience from numbered rows of customer ids, one audit entry."""
    guard_audience_change(audience.code)
    locked = Audience.objects.select_for_update(no_key=True).get(pk=audience.pk)
    before = locked.list_size
    if isinstance(actor, User) and uses_of("audience", [locked.code]):
        return _ask(locked, rows, replace, skip_bad, actor, reason)
    report = write_members(audience=locked, rows=rows, replace=replace, skip_bad=skip_bad)
    audience.has_list, audience.list_size = locked.has_list, locked.list_size
    if report.changed:
        record(
            action="audiences.import_list",
            subject=locked,
            actor=actor,
            before={"list_size": before},
            after={"list_size": locked.list_size, "added": report.added, "removed": report.removed},
            reason=reason,
        )
    return report


def write_members(*, audience: Audience, rows: Rows, replace: bool, skip_bad: bool = False) -> ListReport:
    """The list itself, for callers that hold the audience's row and write the audit entry."""
    report = ListReport()
    with _staged(rows, report) as cursor:
        if not report.bad or skip_bad:
            _apply(cursor, audience, replace, report)
    return report


def write_draft(*, draft: ListDraft, audience: Audience) -> ListReport:
    """Make a list that waited the list of its audience, for the approval that holds the audience's row."""
    report = ListReport(rows=draft.rows)
    with connection.cursor() as cursor:
        cursor.execute(CREATE_STAGE)
        cursor.execute(FROM_DRAFT, [draft.pk])
        _apply(cursor, audience, draft.replace, report)
        cursor.execute(f"DROP TABLE {STAGE}")
    return report


def _ask(
    audience: Audience,
    rows: Rows,
    replace: bool,
    skip_bad: bool,
    actor: User,
    reason: str,
) -> ListReport:
    """Keep the list aside and ask: approved offers are meant for this audience."""
    report = ListReport()
    with _staged(rows, report) as cursor:
        if report.bad and not skip_bad:
            return report
        cursor.execute(COUNT)
        people = cursor.fetchone()[0]
        report.repeated = report.rows - report.bad - people
        draft = ListDraft.objects.create(audience=audience, replace=replace, rows=people)
        cursor.execute(TO_DRAFT, [draft.pk])
        cursor.execute(FORETELL, {"audience": audience.pk, "replace": replace})
        report.added, report.removed = cursor.fetchone()
    report.asked = ask_list(draft=draft, report=report, actor=actor, reason=reason)
    return report


@contextmanager
def _staged(rows: Rows, report: ListReport) -> Iterator[Any]:
    """The good rows in a table of their own, for as long as it takes."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")  # millions of rows take longer than a request may
        cursor.execute(CREATE_STAGE)
        if isinstance(rows, Uploaded):
            cursor.execute(FROM_UPLOAD, [rows.job])
            report.rows, report.bad = rows.rows, rows.bad
        else:
            with cursor.copy(f"COPY {STAGE} FROM STDIN") as copy:
                for code in _good(rows, report):
                    copy.write_row((code,))
        yield cursor
        cursor.execute(f"DROP TABLE {STAGE}")


def _apply(cursor: Any, audience: Audience, replace: bool, report: ListReport) -> None:
    cursor.execute(f"ANALYZE {STAGE}")
    cursor.execute(COUNT)
    report.repeated = report.rows - report.bad - cursor.fetchone()[0]
    if replace:
        cursor.execute(REMOVE, {"audience": audience.pk})
        report.removed = cursor.rowcount
    cursor.execute(ADD, {"audience": audience.pk})
    report.added = cursor.rowcount
    report.applied = True
    audience.has_list = True
    audience.list_size += report.added - report.removed
    audience.save(update_fields=["has_list", "list_size"])


def _good(rows: Iterable[tuple[int, str]], report: ListReport) -> Iterator[str]:
    for number, text in rows:
        report.rows += 1
        if CODE.match(text):
            yield text
            continue
        report.bad += 1
        if len(report.first_bad) < MAX_FAULTS:
            report.first_bad.append(BadRow(number, text[:100]))
