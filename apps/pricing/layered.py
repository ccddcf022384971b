"""A big dict with a small overlay, so that a changed copy of it needs no copy of the big one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

V = TypeVar("V")


class Layered(Mapping[str, V], Generic[V]):
    """Immutable. A key that is None in the overlay is gone. The overlay is folded into a new base when it has grown."""

    __slots__ = ("_base", "_over")

    FOLD_AT = 1000

    def __init__(self, base: dict[str, V], over: dict[str, V | None] | None = None) -> None:
        self._base = base
        self._over = over or {}

    def changed(self, changes: Mapping[str, V | None]) -> Layered[V]:
        """A copy in which these keys have these values; None takes a key out."""
        over = {**self._over, **changes}
        if len(over) <= self.FOLD_AT:
            return Layered(self._base, over)
        merged = {**self._base, **over}
        return Layered({key: value for key, value in merged.items() if value is not None})

    def get(self, key: str, default: V | None = None) -> V | None:  # type: ignore[override]
        # Quotes look up dozens of keys: most of them are in neither, and an exception for each would be dear.
        found = self._over.get(key, self._base.get(key))
        return default if found is None else found

    def __getitem__(self, key: str) -> V:
        found = self.get(key)
        if found is None:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[str]:
        yield from (key for key in self._base if key not in self._over)
        yield from (key for key, value in self._over.items() if value is not None)

    def __len__(self) -> int:
        return len(self._base) + sum(
            (value is not None) - (key in self._base) for key, value in self._over.items()
        )
