"""`python -m bench [--json FILE] [--only NAME ...] [--full]`: a table on the screen, figures by name in a file."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from bench.families import chosen, known_names, results_of
from bench.measure import Measure, Result


def main() -> int:
    if sys.argv[1:2] == ["soak"]:
        from bench.soak.command import main as soak

        return soak(sys.argv[2:])
    if sys.argv[1:2] == ["replay"]:
        from bench.replay.command import main as replay

        return replay(sys.argv[2:])
    if sys.argv[1:2] == ["scale"]:
        from bench.scale.command import main as scale

        return scale(sys.argv[2:])
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help='write {"metric": value}')
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="NAME", help="metrics, by name or its beginning"
    )
    parser.add_argument("--full", action="store_true", help="all of the real baskets instead of a sample")
    options = parser.parse_args()
    families = chosen(options.only)
    if not families:
        parser.error(f"no such metric; there are: {', '.join(known_names())}")
    print(f"{'metric':<28}{'median':>14}{'range':>24}  {'aim':<12} note")
    results = []
    for result in results_of(families, full=options.full):
        results.append(result)
        print(row(result), flush=True)
    if options.json:
        figures = {one.name: round(one.value, 4) for one in results if isinstance(one, Measure)}
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


def row(result: Result) -> str:
    if not isinstance(result, Measure):
        return f"{result.name:<28}{'left out':>14}{'':>24}  {result.reason}"
    known = result.low is not None and result.high is not None
    spread = f"{number(result.low)} .. {number(result.high)}" if known else ""
    return f"{result.name:<28}{number(result.value):>14}{spread:>24}  {result.aim:<12} {result.note}".rstrip()


def number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.3g}"


if __name__ == "__main__":
    sys.exit(main())
