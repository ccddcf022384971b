"""Reads an uploaded list of customers row by row: UTF-8 CSV whose header is `customer`."""

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from django.utils.translation import gettext_lazy as _

from apps.core.errors import DomainError

HEADER = "customer"


def read_member_file(stream: BinaryIO) -> Iterator[tuple[int, str]]:
    """(line, id) of every row that is not empty; ids are as they stand, the import judges them.

    Raises DomainError on `file` where it is no UTF-8, no CSV or has another header.
    """
    lines = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    try:
        rows = csv.reader(lines)
        if [cell.strip() for cell in next(rows, [])] != [HEADER]:
            raise DomainError("header", _("The first line must be the header “customer”."), field="file")
        for row in rows:
            if row:
                yield rows.line_num, row[0].strip() if len(row) == 1 else ",".join(row)
    except UnicodeDecodeError as error:
        raise DomainError("encoding", _("The file is not UTF-8."), field="file") from error
    except csv.Error as error:
        raise DomainError(
            "csv", _("The file is not CSV: %(what)s."), field="file", what=str(error)
        ) from error
    finally:
        lines.detach()  # the upload closes its own stream
