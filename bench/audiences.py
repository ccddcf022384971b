"""A list of a million members as the worker takes it, a catalogue of 100,000 SKUs by file, and look-ups after it."""

from __future__ import annotations

from collections.abc import Iterator

from bench.measure import Measure, median
from bench.portal import portal

MEMBERS = 1_000_000
SKUS = 100_000
ACTIVITIES = 20


def run() -> Iterator[Measure]:
    with portal(ACTIVITIES) as here:
        made = here.ask("audience", str(MEMBERS), str(SKUS))
    assert made["members"] == MEMBERS
    note = f"{MEMBERS:,} members in {made['seconds']:.1f} s; again, unchanged, in {made['again_s']:.1f} s"
    yield Measure("audience_import_rows_s", MEMBERS / made["seconds"], aim=">= 30,000", note=note)
    note = f"{made['lists']} lists with {2 * MEMBERS:,} rows, {made['rules']} rules, one customer after the other"
    yield median("membership_ms", made["membership_ms"], aim="<= 1", note=note)
    assert made["skus"] == SKUS
    note = (
        f"{SKUS:,} SKUs as CSV: read and judged in {made['read_s']:.1f} s, applied in {made['apply_s']:.1f} s; "
        f"as XLSX: out in {made['xlsx_out_s']:.1f} s, read again in {made['xlsx_in_s']:.1f} s"
    )
    yield Measure("catalog_file_rows_s", SKUS / (made["read_s"] + made["apply_s"]), note=note)
