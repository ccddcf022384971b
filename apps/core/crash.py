"""Places where a test may kill the process: named in the environment, silent otherwise and always in production."""

import os
import signal

VARIABLE = "PORTAL_CRASH_AT"


def crash_point(name: str) -> None:
    """Die here, without a word to anybody, if the environment names this place."""
    if os.environ.get(VARIABLE) == name and os.environ.get("PORTAL_MODE", "production") != "production":
        os.kill(os.getpid(), signal.SIGKILL)
