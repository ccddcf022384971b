"""What other apps add to the verbs here: reasons that keep a draft from being submitted, and news of a changed code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from apps.pricing.faults import Fault

Blocking = Callable[[Any], Sequence[Fault]]
Recoded = Callable[[str, str, str], None]

_blocking: list[Blocking] = []
_recoded: list[Recoded] = []


def block_submission(blocking: Blocking) -> None:
    """`blocking(thing)` says what keeps the open draft of a thing from being submitted, besides its content."""
    if blocking not in _blocking:
        _blocking.append(blocking)


def blocks_on(thing: Any) -> list[Fault]:
    return [fault for blocking in _blocking for fault in blocking(thing)]


def watch_codes(recoded: Recoded) -> None:
    """`recoded(document, old, new)` is called in the transaction in which a draft gets another code."""
    if recoded not in _recoded:
        _recoded.append(recoded)


def tell_recoded(document: str, old: str, new: str) -> None:
    for recoded in _recoded:
        recoded(document, old, new)
