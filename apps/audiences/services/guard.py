"""Asks the apps above whether an audience may change: approved offers that use it may need approval first."""

from collections.abc import Callable

Guard = Callable[[str], None]

_guards: list[Guard] = []


def register_guard(guard: Guard) -> None:
    """`guard(code)` raises DomainError where a person may not change that audience's rule or list at once."""
    if guard not in _guards:
        _guards.append(guard)


def guard_audience_change(code: str) -> None:
    """Called before people change a rule or a list; packs change them at once, audited."""
    for guard in _guards:
        guard(code)
