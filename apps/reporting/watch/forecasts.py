"""What was foreseen before the start; whoever foresees registers here, and the board asks once for all its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

#: codes of activities -> the depth foreseen of those that have a forecast, in basis points of the list price
Source = Callable[[Iterable[str]], Mapping[str, int]]
_sources: list[Source] = []


def register(source: Source) -> None:
    _sources.append(source)


def unregister(source: Source) -> None:
    _sources.remove(source)


def depths_of(codes: Iterable[str]) -> dict[str, int]:
    """Nothing is asked of the database while nobody foresees."""
    wanted = list(codes)
    found: dict[str, int] = {}
    for source in _sources:
        found.update(source(wanted))
    return found
