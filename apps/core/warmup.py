"""What a process does before its first request; apps register theirs in `AppConfig.ready()`.

The web server's master runs these before it forks, so what they build is shared by all workers.
"""

from collections.abc import Callable

import structlog

log = structlog.get_logger(__name__)
_steps: dict[str, Callable[[], object]] = {}


def register(name: str, step: Callable[[], object]) -> None:
    _steps[name] = step


def run_all() -> None:
    """Run every step; one that fails is logged, and readiness tells what is missing."""
    for name, step in _steps.items():
        try:
            step()
        except Exception:
            log.exception("warmup_failed", step=name)
