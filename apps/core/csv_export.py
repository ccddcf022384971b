"""Tables as CSV, streamed, in which no cell is a formula to a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

from django.http import StreamingHttpResponse

# What spreadsheets take for the beginning of a formula, in full width, too.
FORMULAS = tuple("=+-@\t\r\n＝＋－＠")
# Lines that go out together: a million rows are not a million writes to the network.
PIECE = 500
BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads UTF-8 as something else


def safe_cell(value: Any) -> str:
    """The value as text; an apostrophe before what would be run as a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULAS) else text


def csv_response(name: str, header: Sequence[Any], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """The rows as a download, while they come."""
    response = StreamingHttpResponse(_lines(header, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _lines(header: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield BYTE_ORDER_MARK
    lines = (writer.writerow([safe_cell(cell) for cell in row]) for row in chain([header], rows))
    while piece := "".join(islice(lines, PIECE)):
        yield piece


class _Line:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text
