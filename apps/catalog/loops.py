"""Finds a loop among parents; pure, so that a pack's categories can be judged before anything is written."""

from collections.abc import Mapping


def find_loop(parents: Mapping[str, str | None]) -> tuple[str, ...]:
    """The codes of one loop, each the parent of the one before it, or () where all end at a root."""
    harmless: set[str] = set()
    for start in parents:
        walked: dict[str, None] = {}
        code: str | None = start
        while code is not None and code in parents and code not in harmless:
            if code in walked:
                trail = list(walked)
                return tuple(trail[trail.index(code) :])
            walked[code] = None
            code = parents[code]
        harmless.update(walked)
    return ()
