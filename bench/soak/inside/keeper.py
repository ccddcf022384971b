"""Runs the tasks of the schedule again and again, whatever becomes of the database meanwhile."""

from __future__ import annotations

import time
from contextlib import suppress

from django.db import DatabaseError, InterfaceError, connection

from apps.core.tasks import relay_events, seal_audit
from apps.orders import tasks

PAUSE = 0.5


def main() -> None:
    while True:
        for task in (tasks.lapse, tasks.void, tasks.use_up, tasks.seal_ledger, seal_audit, relay_events):
            try:
                task()
            except (DatabaseError, InterfaceError):
                with suppress(DatabaseError, InterfaceError):
                    connection.close()
        time.sleep(PAUSE)


if __name__ == "__main__":
    main()
