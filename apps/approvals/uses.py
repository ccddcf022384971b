"""Which approved offers a thing of a lower app concerns: apps above register who can tell.

A minimum price, an exclusion or an audience may be changed by one person while nothing that is approved depends on it;
from then on the change is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

MOST = 50


@dataclass(frozen=True, slots=True)
class Use:
    """One approved or running offer; `kind` is what people call such a thing, `url` the page about it."""

    code: str
    name: str
    kind: str
    url: str = ""


#: of some codes, the offers concerned, at most `MOST`
Find = Callable[[Sequence[str]], Sequence[Use]]

_finders: dict[str, list[Find]] = {}


def register(what: str, find: Find) -> None:
    """`find` knows offers that use a `sku`, a `category` or an `audience`."""
    finders = _finders.setdefault(what, [])
    if find not in finders:
        finders.append(find)


def uses_of(what: str, codes: Sequence[str]) -> list[Use]:
    found = [use for find in _finders.get(what, ()) for use in find(codes)]
    return list({use.code: use for use in found}.values())[:MOST]
