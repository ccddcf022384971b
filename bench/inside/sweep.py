"""One sweep, started by a line on standard input; prints the seconds it took and how many activities it flipped."""

from __future__ import annotations

import json
import sys
import time

from django.db import connection

from apps.activities.tasks import sweep


def main() -> None:
    connection.ensure_connection()
    print("ready", flush=True)
    sys.stdin.readline()
    started = time.perf_counter()
    flipped = sweep()
    print(json.dumps({"seconds": time.perf_counter() - started, "flipped": flipped}), flush=True)


if __name__ == "__main__":
    main()
