"""`members_file`: a list of customers in a CSV file beside the pack."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from apps.packs.people_section import MembersFile
from apps.pricing.faults import CODE, Reader

HEADER = "customer"
MAX_FAULTS = 100
KEY = "members_file"


def members_beside(folder: Path) -> MembersFile:
    """Reads files of one folder, by bare names only."""

    def read(name: str, reader: Reader) -> list[str]:
        if name != Path(name).name or name in ("", ".", "..") or "\\" in name:
            reader.fault(KEY, "bare_name", "must be the bare name of a file beside the pack")
            return []
        try:
            with (folder / name).open(encoding="utf-8-sig", newline="") as lines:
                return list(_read(csv.reader(lines), reader))
        except UnicodeDecodeError:
            reader.fault(KEY, "encoding", "is not UTF-8")
        except csv.Error as error:
            reader.fault(KEY, "csv", "is not CSV: %(what)s", what=str(error))
        except OSError as error:
            reader.fault(KEY, "file", "cannot be read: %(what)s", what=error.strerror or str(error))
        return []

    return read


def _read(rows: Iterator[list[str]], reader: Reader) -> Iterator[str]:
    """The ids; of many faults the first hundred."""
    if next(rows, None) != [HEADER]:
        reader.fault(KEY, "header", "must begin with the header customer")
        return
    wrong = 0
    for number, row in enumerate(rows, start=2):
        if not row:
            continue
        if len(row) == 1 and CODE.match(row[0]):
            yield row[0]
        else:
            wrong += 1
            if wrong <= MAX_FAULTS:
                reader.fault(KEY, "member", "line %(line)s is not one customer id", line=number)
