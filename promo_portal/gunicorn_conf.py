"""How gunicorn serves the portal.

The master loads everything before it forks: workers share its memory and start in milliseconds. Threads keep
connections of shops alive and let one request's SQL overlap with another's arithmetic; more processes give more speed.
"""

import gc
import os
from typing import Any

# No request takes longer (`timeout` below); a process that was stopped in the middle of one must not keep its locks.
os.environ.setdefault("DB_TRANSACTION_TIMEOUT_MS", "60000")

preload_app = True
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY") or min(os.cpu_count() or 1, 4))
threads = int(os.environ.get("WEB_THREADS") or 4)
keepalive = 30
timeout = 60
graceful_timeout = 10
max_requests_jitter = 0
accesslog = None
errorlog = "-"


def when_ready(server: Any) -> None:
    """In the master, before the first fork: warm up, drop its connections, freeze what workers will share."""
    from apps.core import warmup

    warmup.run_all()
    _close_connections()
    gc.collect()
    gc.freeze()


def pre_fork(server: Any, worker: Any) -> None:
    """A connection or a pool's thread must never cross a fork, not even for a worker that replaces a dead one."""
    _close_connections()


def _close_connections() -> None:
    from django.core.cache import caches
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close()
        close_pool = getattr(connection, "close_pool", None)
        if close_pool is not None:
            close_pool()
    caches.close_all()
