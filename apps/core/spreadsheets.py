"""Tables as people's spreadsheets have them: CSV and XLSX read as rows of texts, XLSX written without formulas."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any

from django.http import FileResponse
from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook, load_workbook

from apps.core.csv_export import BYTE_ORDER_MARK, FORMULAS, safe_cell
from apps.core.errors import DomainError

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP = b"PK\x03\x04"
# A workbook is a zip: what it says it unpacks to is looked at before anything is unpacked.
MOST_UNPACKED = 512 * 1024 * 1024
# Below this nobody is hurt, however well it was packed.
SMALL_UNPACKED = 32 * 1024 * 1024
MOST_TIMES = 200
DELIMITERS = "\t;,"
# What no XML can hold.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
ENCODINGS = ("utf-8-sig", "gb18030")

Cell = str | int | Decimal | None


def read_rows(file: IO[bytes]) -> Iterator[list[str]]:
    """The rows of a CSV or XLSX file as texts, empty ones left out; raises DomainError `unreadable_file`.

    What a file is says its beginning, not its name. XLSX: the first sheet, values as they were last computed.
    """
    return (row for _number, row in numbered_rows(file))


def numbered_rows(file: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    """The same with the number that a spreadsheet shows beside each row."""
    start = file.read(len(ZIP))
    file.seek(0)
    rows = _workbook_rows(file) if start == ZIP else _text_rows(file)
    for number, row in enumerate(rows, start=1):
        while row and not row[-1]:
            row.pop()
        if row:
            yield number, row


def xlsx_response(
    name: str, header: Sequence[Cell], rows: Iterable[Sequence[Cell]], *, widths: Sequence[int] = ()
) -> FileResponse:
    """The rows as a workbook to take away; numbers stay numbers."""
    file = TemporaryFile()  # noqa: SIM115  (the response closes it)
    write_xlsx(file, header, rows, widths=widths)
    file.seek(0)
    response = FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)
    response["Cache-Control"] = "no-store"
    return response


def write_xlsx(
    file: IO[bytes], header: Sequence[Cell], rows: Iterable[Sequence[Cell]], *, widths: Sequence[int] = ()
) -> None:
    """The rows as a workbook, row by row."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for position, width in enumerate(widths):
        sheet.column_dimensions["ABCDEFGHIJKLMNOPQRSTUVWXYZ"[position]].width = width
    sheet.freeze_panes = "A2"
    sheet.append([_cell(value) for value in header])
    for row in rows:
        sheet.append([_cell(value) for value in row])
    book.save(file)


def _cell(value: Cell) -> Cell:
    return safe_cell(UNWRITABLE.sub("", value)) if isinstance(value, str) else value


def plain_text(value: Any) -> str:
    """What a person sees in the cell; the apostrophe that kept a text from being a formula is no part of it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        # As many digits as a spreadsheet shows: 59.9, not 59.899999999999999.
        return f"{value:.15g}"
    if isinstance(value, datetime | date):
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    text = str(value).strip().removeprefix(BYTE_ORDER_MARK)
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULAS) else text


def _workbook_rows(file: IO[bytes]) -> Iterator[list[str]]:
    _check_size(file)
    try:
        book = load_workbook(file, read_only=True, data_only=True)
    except Exception as error:  # whatever is wrong inside somebody's file
        raise _unreadable() from error
    try:
        for row in book.worksheets[0].iter_rows(values_only=True):
            yield [plain_text(value) for value in row]
    except DomainError:
        raise
    except Exception as error:
        raise _unreadable() from error
    finally:
        book.close()


def _check_size(file: IO[bytes]) -> None:
    """A small file that unpacks to a huge one is no table."""
    try:
        with zipfile.ZipFile(file) as packed:
            sizes = [(part.file_size, part.compress_size) for part in packed.infolist()]
    except zipfile.BadZipFile as error:
        raise _unreadable() from error
    unpacked, size = sum(one for one, _two in sizes), sum(two for _one, two in sizes)
    if unpacked > MOST_UNPACKED or unpacked > max(MOST_TIMES * size, SMALL_UNPACKED):
        raise _unreadable()
    file.seek(0)


def _text_rows(file: IO[bytes]) -> Iterator[list[str]]:
    """Line by line; the first line says what stands between cells."""
    text = io.TextIOWrapper(file, encoding=_encoding(file), newline="")
    try:
        first = text.readline()
        text.seek(0)
        between = max(DELIMITERS, key=first.count)
        for row in csv.reader(text, delimiter=between):
            yield [plain_text(value) for value in row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise _unreadable() from error
    finally:
        text.detach()


def _encoding(file: IO[bytes]) -> str:
    """UTF-8, or what Chinese spreadsheets save when nobody asks them for UTF-8."""
    for encoding in ENCODINGS:
        text = io.TextIOWrapper(file, encoding=encoding)
        try:
            if any("\x00" in line for line in text):
                break
        except UnicodeDecodeError:
            continue
        finally:
            text.detach()
            file.seek(0)
        return encoding
    raise _unreadable()


def _unreadable() -> DomainError:
    return DomainError(
        "unreadable_file", _("This is neither a CSV nor an XLSX file that can be read."), "file"
    )
